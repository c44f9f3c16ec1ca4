package dev.todo.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** A user's generator of one-time passwords; it counts when its user has shown that it works. */
@Entity
@Table(name = "second_factors")
class SecondFactor extends PanacheEntityBase {

    @Id
    @Column(name = "user_id")
    UUID userId;

    @Column(name = "sealed_secret")
    byte[] sealedSecret;

    boolean confirmed;

    @Column(name = "confirmed_at")
    Instant confirmedAt;

    @Column(name = "last_step")
    long lastStep;

    static Optional<SecondFactor> findConfirmed(UUID user) {
        return SecondFactor.<SecondFactor>findByIdOptional(user).filter(factor -> factor.confirmed);
    }

    /** Begins anew, unless there is one that counts. */
    static boolean replacePending(UUID user, byte[] sealedSecret) {
        return getEntityManager()
                        .createNativeQuery("insert into second_factors values (:user, :secret, false, 0)"
                                + " on conflict (user_id) do update set sealed_secret = excluded.sealed_secret"
                                + " where not second_factors.confirmed")
                        .setParameter("user", user)
                        .setParameter("secret", sealedSecret)
                        .executeUpdate()
                == 1;
    }

    /** Uses a step of time up; false if it was, or a later one. */
    static boolean use(UUID user, long step) {
        return update("lastStep = ?1 where userId = ?2 and lastStep < ?1", step, user) == 1;
    }
}
