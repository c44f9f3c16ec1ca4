package dev.todo.account;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.common.Seal;
import dev.todo.common.Secrets;
import dev.todo.common.Text;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.apache.commons.codec.binary.Base32;
import org.jboss.logging.Logger;

/**
 * One-time passwords as a second factor, and recovery codes in place of a lost generator.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6238">RFC 6238, TOTP</a>
 */
@ApplicationScoped
class SecondFactors {

    private static final Logger LOG = Logger.getLogger(SecondFactors.class);

    /** As long as the hash that HMAC-SHA-1 has (RFC 4226, section 4). */
    private static final int SECRET_BYTES = 20;

    private static final int RECOVERY_CODES = 10;

    /** 160 bits: a code that is as hard to guess as that needs no slow hash. */
    private static final int RECOVERY_CODE_BYTES = 20;

    private static final int MAX_CODE = 100;

    private static final Pattern ONE_TIME_PASSWORD = Pattern.compile("\\d{6}");

    /** What came of asking for the second factor. */
    enum Check {
        PASSED,
        MISSING,
        WRONG
    }

    private final TimeBasedOneTimePasswordGenerator generator = new TimeBasedOneTimePasswordGenerator();
    private final SecureRandom random = new SecureRandom();
    private final EntityManager database;
    private final ExecutorService executor;
    private final Seal seal;
    private final boolean isRotating;
    private final AuditLog audit;

    SecondFactors(EntityManager database, ExecutorService executor, Secrets secrets, AuditLog audit) {
        this.database = database;
        this.executor = executor;
        this.seal = new Seal(secrets.derived("todo second factor"));
        this.isRotating = secrets.all().size() > 1;
        this.audit = audit;
    }

    /** While the service's secret is being replaced, what is sealed under the other one is sealed anew. */
    void onStart(@Observes StartupEvent started) {
        if (isRotating) {
            executor.execute(this::sealAnew);
        }
    }

    private void sealAnew() {
        try {
            List<UUID> users = QuarkusTransaction.requiringNew()
                    .call(() -> SecondFactor.<SecondFactor>streamAll()
                            .filter(factor -> !seal.isCurrent(factor.sealedSecret, factor.userId.toString()))
                            .map(factor -> factor.userId)
                            .toList());
            for (UUID user : users) {
                QuarkusTransaction.requiringNew().run(() -> {
                    SecondFactor factor = SecondFactor.findById(user, LockModeType.PESSIMISTIC_WRITE);
                    if (factor != null) {
                        sealAnew(factor);
                    }
                });
            }
        } catch (RuntimeException e) {
            LOG.warnf("Second factors are still sealed under JWT_SECRET_PREVIOUS: %s", e.getMessage());
        }
    }

    private void sealAnew(SecondFactor factor) {
        String owner = factor.userId.toString();
        seal.open(factor.sealedSecret, owner).ifPresent(secret -> factor.sealedSecret = seal.close(secret, owner));
    }

    /** A new secret that does not count yet; empty if the user has one that does. */
    Optional<byte[]> begin(UUID user) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        boolean isPending = QuarkusTransaction.requiringNew()
                .call(() -> SecondFactor.replacePending(user, seal.close(secret, user.toString())));
        return isPending ? Optional.of(secret) : Optional.empty();
    }

    /** Has the new secret count, if the password is of it; gives recovery codes. */
    Optional<List<String>> confirm(UUID user, String oneTimePassword) {
        return QuarkusTransaction.requiringNew().call(() -> {
            SecondFactor factor = SecondFactor.findById(user, LockModeType.PESSIMISTIC_WRITE);
            if (factor == null || factor.confirmed) {
                return Optional.empty();
            }
            var step = stepOf(factor, oneTimePassword);
            if (step.isEmpty()) {
                return Optional.empty();
            }
            factor.confirmed = true;
            factor.confirmedAt = Instant.now();
            factor.lastStep = step.get();
            SecondFactor.flush();
            return Optional.of(replaceRecoveryCodes(user));
        });
    }

    /** Whether logging in takes more than the password. */
    boolean isRequired(UUID user) {
        return QuarkusTransaction.joiningExisting()
                .call(() -> SecondFactor.findConfirmed(user).isPresent());
    }

    /** Whether the user has proved enough; uses the code up. */
    Check check(UUID user, String code) {
        return QuarkusTransaction.requiringNew().call(() -> {
            var factor = SecondFactor.findConfirmed(user);
            if (factor.isEmpty()) {
                return Check.PASSED;
            }
            if (code == null || code.isBlank()) {
                return Check.MISSING;
            }
            String typed = Text.first(MAX_CODE, code).replaceAll("[\\s-]", "");
            boolean isRight = ONE_TIME_PASSWORD.matcher(typed).matches()
                    ? stepOf(factor.get(), typed)
                            .filter(step -> SecondFactor.use(user, step))
                            .isPresent()
                    : useRecoveryCode(user, typed);
            if (isRight && !seal.isCurrent(factor.get().sealedSecret, user.toString())) {
                sealAnew(factor.get());
            }
            if (!isRight) {
                audit.record(Event.SECOND_FACTOR_FAILED, user);
            }
            return isRight ? Check.PASSED : Check.WRONG;
        });
    }

    /** The step of time that a password is of: this one or a neighbour, for clocks that are not quite right. */
    private Optional<Long> stepOf(SecondFactor factor, String oneTimePassword) {
        var secret = seal.open(factor.sealedSecret, factor.userId.toString());
        if (secret.isEmpty()) {
            LOG.errorf("The second factor of user %s is sealed under a secret that is not known", factor.userId);
            return Optional.empty();
        }
        var key = new SecretKeySpec(secret.get(), generator.getAlgorithm());
        long seconds = generator.getTimeStep().toSeconds();
        long now = Instant.now().getEpochSecond() / seconds;
        return Stream.of(now, now - 1, now + 1)
                .filter(step -> MessageDigest.isEqual(
                        oneTimePassword(key, Instant.ofEpochSecond(step * seconds))
                                .getBytes(US_ASCII),
                        oneTimePassword.getBytes(US_ASCII)))
                .findFirst();
    }

    private String oneTimePassword(SecretKeySpec key, Instant time) {
        try {
            return generator.generateOneTimePasswordString(key, time, Locale.ROOT);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives new recovery codes, and makes the old ones worthless. */
    List<String> replaceRecoveryCodes(UUID user) {
        List<String> codes = IntStream.range(0, RECOVERY_CODES)
                .mapToObj(i -> newRecoveryCode())
                .toList();
        QuarkusTransaction.joiningExisting().run(() -> {
            database.createNativeQuery("delete from recovery_codes where user_id = :user")
                    .setParameter("user", user)
                    .executeUpdate();
            for (String code : codes) {
                database.createNativeQuery("insert into recovery_codes values (:user, :hash)")
                        .setParameter("user", user)
                        .setParameter("hash", hash(code))
                        .executeUpdate();
            }
        });
        return codes;
    }

    private boolean useRecoveryCode(UUID user, String code) {
        int used = database.createNativeQuery("delete from recovery_codes where user_id = :user and hash = :hash")
                .setParameter("user", user)
                .setParameter("hash", hash(code))
                .executeUpdate();
        if (used == 1) {
            audit.record(Event.RECOVERY_CODE_USED, user);
        }
        return used == 1;
    }

    int countRecoveryCodes(UUID user) {
        return ((Number) database.createNativeQuery("select count(*) from recovery_codes where user_id = :user")
                        .setParameter("user", user)
                        .getSingleResult())
                .intValue();
    }

    /** Removes one that whoever did not read the mail to the address may have made. */
    void removeIfOlder(UUID user, Instant emailVerified) {
        SecondFactor.findConfirmed(user)
                .filter(factor -> emailVerified == null
                        || factor.confirmedAt == null
                        || factor.confirmedAt.isBefore(emailVerified))
                .ifPresent(SecondFactor::delete);
    }

    void remove(UUID user) {
        if (QuarkusTransaction.requiringNew().call(() -> SecondFactor.deleteById(user))) {
            audit.record(Event.SECOND_FACTOR_REMOVED, user);
        }
    }

    /** In groups of four, as people copy them best. */
    private String newRecoveryCode() {
        byte[] code = new byte[RECOVERY_CODE_BYTES];
        random.nextBytes(code);
        return new Base32().encodeToString(code).toLowerCase(Locale.ROOT).replaceAll("(.{4})(?!$)", "$1-");
    }

    private static byte[] hash(String code) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(code.replace("-", "").toLowerCase(Locale.ROOT).getBytes(US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
