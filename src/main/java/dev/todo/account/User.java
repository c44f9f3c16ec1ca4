package dev.todo.account;

import dev.todo.common.Times;
import dev.todo.password.PasswordHash;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.UuidGenerator;

/** Somebody who has signed up. */
@Entity
@DynamicUpdate // What somebody else changes meanwhile stays changed.
@Table(name = "users")
class User extends PanacheEntityBase {

    @Id
    @UuidGenerator(style = UuidGenerator.Style.VERSION_7)
    UUID id;

    /** As it was typed; unique without regard to case. */
    String email;

    @Column(name = "hashed_password")
    String hashedPassword;

    @Column(name = "password_normalized")
    boolean passwordNormalized;

    /** Null until somebody who reads mail to the address has said so. */
    @Column(name = "email_verified_at")
    Instant emailVerifiedAt;

    @Column(name = "created_at")
    Instant createdAt;

    static User signedUp(String email, PasswordHash password) {
        var user = new User();
        user.email = email;
        user.setPassword(password);
        user.createdAt = Times.now();
        return user;
    }

    PasswordHash password() {
        return new PasswordHash(hashedPassword, passwordNormalized);
    }

    void setPassword(PasswordHash password) {
        hashedPassword = password.text();
        passwordNormalized = password.isOfNormalized();
    }

    /** Replaces the password; false if it is not the old one any more. */
    static boolean replacePassword(UUID id, PasswordHash old, PasswordHash current) {
        return update(
                        "hashedPassword = ?1, passwordNormalized = ?2 where id = ?3 and hashedPassword = ?4",
                        current.text(),
                        current.isOfNormalized(),
                        id,
                        old.text())
                == 1;
    }

    /** Finds a user, and keeps others from changing what is theirs until the transaction ends. */
    static Optional<User> findLocked(UUID id) {
        return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE);
    }

    /**
     * Finds a user whose password is still the one that was checked, and keeps it so until the transaction ends: a change that
     * comes later finds what this one makes.
     */
    static Optional<User> findWithPassword(UUID id, PasswordHash password) {
        return findLocked(id).filter(user -> user.hashedPassword.equals(password.text()));
    }

    /**
     * All of them by name: with {@code *}, statements that the database has prepared fail when a newer version's migration adds
     * another.
     */
    static final String COLUMNS =
            "users.id, users.email, users.hashed_password, users.password_normalized, users.email_verified_at,"
                    + " users.created_at";

    /**
     * With the collation of the column, and so of the index: a parameter has that of the database, which may know ASCII alone.
     */
    private static final String LOWER_EMAIL = "lower(cast(:email as varchar) collate \"und-x-icu\")";

    /** What all spellings of an address have in common that are the same one's; Java makes something else of a final sigma. */
    static String comparable(String email) {
        return getSession()
                .createNativeQuery("select " + LOWER_EMAIL, String.class)
                .setParameter("email", email)
                .getSingleResult();
    }

    static Optional<User> findByEmail(String email) {
        return getSession()
                .createNativeQuery("select " + COLUMNS + " from users where lower(email) = " + LOWER_EMAIL, User.class)
                .setParameter("email", email)
                .uniqueResultOptional();
    }
}
