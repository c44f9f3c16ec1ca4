package dev.todo.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.quarkus.panache.common.Sort;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.commons.codec.digest.DigestUtils;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A secret that was sent to a user's address; who has it reads the user's mail. */
@Entity
@Table(name = "mail_tokens")
class MailToken extends PanacheEntityBase {

    static final Duration LIFETIME = Duration.ofMinutes(30);

    private static final int BYTES = 32;
    private static final int CLEARED_AT_ONCE = 100;

    /** What a token is good for. */
    enum Purpose {
        PASSWORD_RESET,
        VERIFICATION
    }

    /** Of 256 random bits, which need no slow hash. */
    @Id
    byte[] hash;

    @Column(name = "user_id")
    UUID userId;

    @Enumerated(EnumType.STRING)
    @JdbcTypeCode(SqlTypes.VARCHAR)
    Purpose purpose;

    @Column(name = "expires_at")
    Instant expiresAt;

    /** Makes a token, and the ones before it worthless; empty if the user is gone. */
    static Optional<String> issue(UUID user, Purpose purpose) {
        if (User.findLocked(user).isEmpty()) {
            return Optional.empty();
        }
        revoke(user, purpose);
        getEntityManager()
                .createNativeQuery("delete from mail_tokens where hash in"
                        + " (select hash from mail_tokens where expires_at < :now limit :count for update skip locked)")
                .setParameter("now", Instant.now())
                .setParameter("count", CLEARED_AT_ONCE)
                .executeUpdate();
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        var token = new MailToken();
        token.hash = hash(text);
        token.userId = user;
        token.purpose = purpose;
        token.expiresAt = Instant.now().plus(LIFETIME);
        token.persist();
        return Optional.of(text);
    }

    /** Uses a token up: of several at once, one gets its user, whose row is locked. */
    static Optional<User> use(String text, Purpose purpose) {
        byte[] hash = hash(text);
        // The user is locked before anything that is theirs, as everywhere: else two could wait for each other.
        return getSession()
                .createNativeQuery(
                        "select " + User.COLUMNS + " from users join mail_tokens on mail_tokens.user_id = users.id"
                                + " where mail_tokens.hash = :hash"
                                + " and mail_tokens.purpose = :purpose and mail_tokens.expires_at > :now"
                                + " for no key update of users",
                        User.class)
                .setParameter("hash", hash)
                .setParameter("purpose", purpose.name())
                .setParameter("now", Instant.now())
                .uniqueResultOptional()
                .filter(user -> delete("hash", hash) == 1);
    }

    static List<MailToken> of(UUID user) {
        return list("userId", Sort.ascending("expiresAt"), user);
    }

    static void revoke(UUID user, Purpose purpose) {
        delete("userId = ?1 and purpose = ?2", user, purpose);
    }

    private static byte[] hash(String text) {
        return DigestUtils.sha256(text.strip());
    }
}
