package dev.todo.throttle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.client.Client;
import dev.todo.common.HmacSha256;
import dev.todo.common.Secrets;
import dev.todo.common.Times;
import dev.todo.problem.ProblemException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Slows down who guesses, or asks for too much; kept in the database, so that it holds for all replicas and after a restart. What
 * is counted for is hashed with a key, so that the database alone does not tell who tried to log in from where. When the
 * secret is replaced, all delays are forgotten.
 */
@ApplicationScoped
public class Throttles {

    private static final Logger LOG = Logger.getLogger(Throttles.class);

    /** How long an address counts as one that the user logs in from. */
    private static final Duration KNOWN = Duration.ofDays(90);

    /** Longer than an attempt takes unless it waits for many others, and the most that one costs whose replica dies. */
    private static final Duration MAX_CLAIM = Duration.ofMinutes(1);

    private static final int CLEARED_AT_ONCE = 20;

    private final byte[] secret;
    private final AuditLog audit;

    Throttles(Secrets secrets, AuditLog audit) {
        this.secret = secrets.derived("todo throttle").get(0);
        this.audit = audit;
    }

    /**
     * Somebody's attempt at a password. Who fails is delayed for that account, wherever else they come from; but at an address
     * that the user has logged in from, only failures at that address count, so that nobody can lock somebody else out.
     *
     * @param counted what failures of the account are counted for
     * @param claimed until when nobody else may try; null as long as failures are free
     */
    public record Attempt(UUID counted, UUID accountFromAddress, UUID address, Instant claimed) {}

    /**
     * To be called before a password is tested. Where a failure would cost a delay, the delay begins now, so that of many at once
     * one is tested.
     *
     * @param account what identifies the account, whether there is one or not
     * @throws ProblemException 429 during a delay
     */
    public Attempt begin(String account, Client client) {
        UUID anywhere = key(Limit.PASSWORD, account);
        UUID fromAddress = key(Limit.PASSWORD, account, client.network());
        UUID address = key(Limit.PASSWORD_BY_ADDRESS, client.network());
        Map<UUID, Throttle> throttles = find(anywhere, fromAddress, address);
        UUID counted = throttles.containsKey(fromAddress) ? fromAddress : anywhere;
        refuseIfBlocked(throttles, counted, address);
        var throttle = throttles.get(counted);
        boolean isFree = throttle == null
                || throttle.nextDelay(Limit.PASSWORD, Instant.now()).isZero();
        return new Attempt(counted, fromAddress, address, isFree ? null : claim(counted));
    }

    private Instant claim(UUID key) {
        return QuarkusTransaction.requiringNew().call(() -> {
            var throttle = Throttle.locked(key);
            refuseIfBlocked(Map.of(key, throttle), key);
            var now = Times.now();
            var delay = throttle.nextDelay(Limit.PASSWORD, now);
            if (delay.isZero()) {
                return null;
            }
            throttle.blockedUntil = now.plus(delay.compareTo(MAX_CLAIM) < 0 ? delay : MAX_CLAIM);
            return throttle.blockedUntil;
        });
    }

    /**
     * Counts a failure.
     *
     * @throws ProblemException 429 if a delay has begun since the attempt did, so that nobody knows what came of it
     */
    public void failed(Attempt attempt) {
        // What is not told does not count: the difference would tell.
        if (!count(Limit.PASSWORD, attempt.counted(), attempt.claimed())) {
            throw tooMany(attempt.counted());
        }
        if (!count(Limit.PASSWORD_BY_ADDRESS, attempt.address())) {
            throw tooMany(attempt.address());
        }
    }

    /**
     * To be called before anybody is told of an attempt that was neither a success nor a failure, which counts nothing: where
     * failures cannot be counted, any number of guesses would end in that answer. Fails as {@link #failed} does where the database
     * takes no writes.
     */
    public void requireCounting(Attempt attempt) {
        QuarkusTransaction.requiringNew().run(() -> Throttle.locked(attempt.counted()));
    }

    /**
     * To be called before anybody is told what came of an attempt, or anything is done about it: of many at once, only a few
     * count.
     *
     * @throws ProblemException 429 if a delay has begun since the attempt did
     */
    public void refuseIfBlocked(Attempt attempt) {
        Map<UUID, Throttle> throttles = find(attempt.counted(), attempt.address());
        // Somebody else may have claimed it, if this one had to wait for longer than the delay.
        throttles.values().removeIf(throttle -> throttle.isBlockedBy(attempt.claimed()));
        refuseIfBlocked(throttles, attempt.counted(), attempt.address());
    }

    /**
     * Lets the next one try, after an attempt that was neither a success nor a failure. Does nothing after those, so it may be
     * called whatever came of it.
     */
    public void end(Attempt attempt) {
        if (attempt.claimed() == null) {
            return;
        }
        try {
            QuarkusTransaction.requiringNew()
                    .run(() -> Throttle.update(
                            "blockedUntil = null where hash = ?1 and blockedUntil = ?2",
                            attempt.counted(),
                            attempt.claimed()));
        } catch (RuntimeException e) {
            LOG.warnf("A delay goes on though nobody has failed: %s", e.getMessage());
        }
    }

    /** Forgets the failures, and remembers the address. What was done after the attempt holds, whether that works or not. */
    public void succeeded(Attempt attempt) {
        forget(attempt.counted(), attempt.accountFromAddress());
    }

    /** As after a right password, for a client who has proved in another way who it is. */
    public void forget(String account, Client client) {
        forget(key(Limit.PASSWORD, account), key(Limit.PASSWORD, account, client.network()));
    }

    private static void forget(UUID counted, UUID accountFromAddress) {
        try {
            QuarkusTransaction.requiringNew().run(() -> {
                Throttle.locked(accountFromAddress).reset(Times.now().plus(KNOWN));
                if (!counted.equals(accountFromAddress)) {
                    // Somebody else may do so at the same time.
                    Throttle.delete("hash", counted);
                }
                Throttle.clear(CLEARED_AT_ONCE);
            });
        } catch (RuntimeException e) {
            LOG.warnf("Failures before a right password still count: %s", e.getMessage());
        }
    }

    /**
     * Counts one thing that a client does.
     *
     * @throws ProblemException 429 during a delay
     */
    public void count(Limit limit, Client client) {
        UUID key = key(limit, client.network());
        // Who goes on all the same, however fast, does not queue for the row with all the connections.
        refuseIfBlocked(find(key), key);
        if (!count(limit, key)) {
            throw tooMany(key);
        }
    }

    /** Counts one thing that is done to an account; false during a delay. */
    public boolean count(Limit limit, String account) {
        return count(limit, key(limit, account));
    }

    private static boolean count(Limit limit, UUID key) {
        return count(limit, key, null);
    }

    /** False during a delay, but for who has claimed it. */
    private static boolean count(Limit limit, UUID key, Instant claimed) {
        return QuarkusTransaction.requiringNew().call(() -> {
            var throttle = Throttle.locked(key);
            var now = Times.now();
            if (throttle.isBlocked(now) && !throttle.isBlockedBy(claimed)) {
                return false;
            }
            throttle.count(limit, now);
            Throttle.clear(CLEARED_AT_ONCE);
            return true;
        });
    }

    private static Map<UUID, Throttle> find(UUID... keys) {
        return QuarkusTransaction.requiringNew()
                .call(() -> Throttle.<Throttle>list("hash in ?1", List.of(keys)).stream()
                        .collect(Collectors.toMap(throttle -> throttle.hash, Function.identity())));
    }

    private void refuseIfBlocked(Map<UUID, Throttle> throttles, UUID... keys) {
        var now = Instant.now();
        Duration longest = Duration.ZERO;
        for (UUID key : keys) {
            var throttle = throttles.get(key);
            if (throttle != null && throttle.isBlocked(now)) {
                var delay = Duration.between(now, throttle.blockedUntil);
                longest = delay.compareTo(longest) > 0 ? delay : longest;
            }
        }
        if (!longest.isZero()) {
            audit.record(Event.THROTTLED);
            throw ProblemException.tooManyAttempts(longest.plusMillis(999));
        }
    }

    /** What to answer who was not counted, even if the delay has just ended. */
    private ProblemException tooMany(UUID key) {
        refuseIfBlocked(find(key), key);
        return ProblemException.tooManyAttempts(Duration.ofSeconds(1));
    }

    private UUID key(Limit limit, String... parts) {
        var mac = ByteBuffer.wrap(HmacSha256.of(secret, (limit + "\0" + String.join("\0", parts)).getBytes(UTF_8)));
        return new UUID(mac.getLong(), mac.getLong());
    }
}
