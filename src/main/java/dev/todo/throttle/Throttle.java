package dev.todo.throttle;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** A leaky bucket: what happens raises its level, time lowers it, and over the limit there is a delay. */
@Entity
@Table(name = "throttles")
class Throttle extends PanacheEntityBase {

    @Id
    @Column(name = "key")
    UUID hash;

    /** At {@link #countedAt}. */
    double level;

    @Column(name = "counted_at")
    Instant countedAt;

    @Column(name = "blocked_until")
    Instant blockedUntil;

    @Column(name = "forgotten_at")
    Instant forgottenAt;

    /** Finds the row, or makes it, and locks it. */
    static Throttle locked(UUID hash) {
        getEntityManager()
                // Locked at once, so that nobody clears it away before it is read.
                .createNativeQuery(
                        "insert into throttles (key, level, counted_at, forgotten_at) values (:key, 0, :now, :now)"
                                + " on conflict (key) do update set key = excluded.key")
                .setParameter("key", hash)
                .setParameter("now", Instant.now())
                .executeUpdate();
        return findById(hash);
    }

    /**
     * Clears rows away that say nothing any more. It locks them, so it comes last in a transaction: who waits for one row while
     * others wait for those is in a deadlock with whoever does the same.
     */
    static void clear(int count) {
        getEntityManager()
                .createNativeQuery("delete from throttles where key in"
                        + " (select key from throttles where forgotten_at < :now limit :count for update skip locked)")
                .setParameter("now", Instant.now().minusSeconds(60))
                .setParameter("count", count)
                .executeUpdate();
    }

    boolean isBlocked(Instant now) {
        return blockedUntil != null && blockedUntil.isAfter(now);
    }

    boolean isBlockedBy(Instant claim) {
        return claim != null && claim.equals(blockedUntil);
    }

    void count(Limit limit, Instant now) {
        level = levelAt(limit, now) + 1;
        // Else each of two replicas whose clocks differ would forget the difference anew.
        countedAt = now.isAfter(countedAt) ? now : countedAt;
        blockedUntil = limit.delay(level).isZero() ? null : now.plus(limit.delay(level));
        Instant empty = now.plus(limit.forgetting.multipliedBy((long) Math.ceil(level)));
        forgottenAt = empty.isAfter(forgottenAt) ? empty : forgottenAt;
    }

    /** What comes next if one more is counted; nothing as long as it would be free. */
    Duration nextDelay(Limit limit, Instant now) {
        return limit.delay(levelAt(limit, now) + 1);
    }

    private double levelAt(Limit limit, Instant now) {
        double sunk = Duration.between(countedAt, now).toMillis() / (double) limit.forgetting.toMillis();
        return Math.max(0, Math.min(level - Math.max(0, sunk), limit.maxLevel() - 1));
    }

    void reset(Instant keptUntil) {
        level = 0;
        blockedUntil = null;
        forgottenAt = keptUntil;
    }
}
