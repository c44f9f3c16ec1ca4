package dev.todo.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.quarkus.panache.common.Sort;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
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

    /** Null until it counts. */
    @Column(name = "confirmed_at")
    Instant confirmedAt;

    /** Of time, that a password was used of: none is good twice. */
    @Column(name = "last_step")
    long lastStep;

    /** The one that counts. */
    static Optional<SecondFactor> findConfirmed(UUID user) {
        return SecondFactor.<SecondFactor>findByIdOptional(user).filter(factor -> factor.confirmedAt != null);
    }

    /** Whether it counts or not. */
    static Optional<SecondFactor> findLocked(UUID user) {
        return findByIdOptional(user, LockModeType.PESSIMISTIC_WRITE);
    }

    /** The next ones, in the order of their users' ids. */
    static List<SecondFactor> findAfter(UUID user, int count) {
        return SecondFactor.<SecondFactor>find("userId > ?1", Sort.by("userId"), user)
                .page(0, count)
                .list();
    }

    /** Begins anew, unless there is one that counts. */
    static boolean replacePending(UUID user, byte[] sealedSecret) {
        return getEntityManager()
                        .createNativeQuery("insert into second_factors (user_id, sealed_secret, last_step)"
                                + " values (:user, :secret, 0)"
                                + " on conflict (user_id) do update set sealed_secret = excluded.sealed_secret"
                                + " where second_factors.confirmed_at is null")
                        .setParameter("user", user)
                        .setParameter("secret", sealedSecret)
                        .executeUpdate()
                == 1;
    }

    static void deletePending(UUID user) {
        delete("userId = ?1 and confirmedAt is null", user);
    }

    /** Uses a step of time up; false if it was, or a later one. The row must be locked. */
    boolean use(long step) {
        if (isUsed(step)) {
            return false;
        }
        lastStep = step;
        return true;
    }

    boolean isUsed(long step) {
        return step <= lastStep;
    }
}
