package dev.todo.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.UuidGenerator;

/** Somebody who has signed up. */
@Entity
@Table(name = "users")
class User extends PanacheEntityBase {

    @Id
    @UuidGenerator(style = UuidGenerator.Style.VERSION_7)
    UUID id;

    /** As it was typed; unique without regard to case. */
    String email;

    @Column(name = "hashed_password")
    String hashedPassword;

    @Column(name = "created_at")
    Instant createdAt;

    static User signedUp(String email, String hashedPassword) {
        var user = new User();
        user.email = email;
        user.hashedPassword = hashedPassword;
        user.createdAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        return user;
    }

    static Optional<User> findByEmail(String email) {
        // The collation of the column, and so of the index: a parameter has that of the database, which may know ASCII
        // alone.
        return getSession()
                .createNativeQuery(
                        "select * from users where lower(email) = lower(cast(:email as varchar) collate \"und-x-icu\")",
                        User.class)
                .setParameter("email", email)
                .uniqueResultOptional();
    }
}
