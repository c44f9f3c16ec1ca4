package dev.todo.account;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.commons.codec.binary.Base32;
import org.apache.commons.codec.digest.DigestUtils;

/** Codes in place of a lost generator of one-time passwords, each of which is good once. */
@ApplicationScoped
class RecoveryCodes {

    private static final int CODES = 10;

    /** 160 bits: a code that is as hard to guess as that needs no slow hash. */
    private static final int BYTES = 20;

    private final SecureRandom random = new SecureRandom();
    private final EntityManager database;

    RecoveryCodes(EntityManager database) {
        this.database = database;
    }

    /** Gives a user new codes, and makes the old ones worthless. */
    List<String> replace(UUID user) {
        List<String> codes = IntStream.range(0, CODES).mapToObj(i -> newCode()).toList();
        QuarkusTransaction.joiningExisting().run(() -> {
            database.createNativeQuery("delete from recovery_codes where user_id = :user")
                    .setParameter("user", user)
                    .executeUpdate();
            for (String code : codes) {
                database.createNativeQuery("insert into recovery_codes (user_id, hash) values (:user, :hash)")
                        .setParameter("user", user)
                        .setParameter("hash", hash(code))
                        .executeUpdate();
            }
        });
        return codes;
    }

    /** Uses a code up; false if it is none of the user's. Part of a transaction. */
    boolean use(UUID user, String code) {
        return database.createNativeQuery("delete from recovery_codes where user_id = :user and hash = :hash")
                        .setParameter("user", user)
                        .setParameter("hash", hash(code))
                        .executeUpdate()
                == 1;
    }

    /** Whether it is one of the user's. Part of a transaction. */
    boolean has(UUID user, String code) {
        return !database.createNativeQuery("select 1 from recovery_codes where user_id = :user and hash = :hash")
                .setParameter("user", user)
                .setParameter("hash", hash(code))
                .getResultList()
                .isEmpty();
    }

    /** How many a user has left. Part of a transaction. */
    int count(UUID user) {
        return ((Number) database.createNativeQuery("select count(*) from recovery_codes where user_id = :user")
                        .setParameter("user", user)
                        .getSingleResult())
                .intValue();
    }

    /** In groups of four, as people copy them best. */
    private String newCode() {
        byte[] code = new byte[BYTES];
        random.nextBytes(code);
        return new Base32().encodeToString(code).toLowerCase(Locale.ROOT).replaceAll("(.{4})(?!$)", "$1-");
    }

    private static byte[] hash(String code) {
        return DigestUtils.sha256(code.replace("-", "").toLowerCase(Locale.ROOT));
    }
}
