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

    /** As it was typed; the column's collation compares it without regard to case. */
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
        return find("email", email).firstResultOptional();
    }
}
