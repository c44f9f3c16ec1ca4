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

/**
 * Slows down who guesses, or asks for too much; kept in the database, so that it holds for all replicas and after a restart. What
 * is counted for is hashed with a key, so that the database alone does not tell who tried to log in from where. When the
 * secret is replaced, all delays are forgotten.
 */
@ApplicationScoped
public class Throttles {

    /** How long an address counts as one that the user logs in from. */
    private static final Duration KNOWN = Duration.ofDays(90);

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
     */
    public record Attempt(UUID account, UUID accountFromAddress, UUID address, boolean isKnownAddress) {

        private UUID counted() {
            return isKnownAddress ? accountFromAddress : account;
        }
    }

    /**
     * To be called before a password is tested.
     *
     * @param account what identifies the account, whether there is one or not
     * @throws ProblemException 429 during a delay
     */
    public Attempt begin(String account, Client client) {
        var unknown = attempt(account, client);
        Map<UUID, Throttle> throttles = find(unknown.account(), unknown.accountFromAddress(), unknown.address());
        var attempt = new Attempt(
                unknown.account(),
                unknown.accountFromAddress(),
                unknown.address(),
                throttles.containsKey(unknown.accountFromAddress()));
        refuseIfBlocked(throttles, attempt.counted(), attempt.address());
        return attempt;
    }

    /** An attempt that nothing is refused for, since something else than a password proves who it is. */
    public Attempt attempt(String account, Client client) {
        return new Attempt(
                key(Limit.PASSWORD, account),
                key(Limit.PASSWORD, account, client.network()),
                key(Limit.PASSWORD_BY_ADDRESS, client.network()),
                false);
    }

    /**
     * Counts a failure.
     *
     * @throws ProblemException 429 if a delay has begun since the attempt did, so that nobody knows what came of it
     */
    public void failed(Attempt attempt) {
        // What is not told does not count: the difference would tell.
        if (!count(Limit.PASSWORD, attempt.counted()) || !count(Limit.PASSWORD_BY_ADDRESS, attempt.address())) {
            refuseIfBlocked(attempt);
            throw ProblemException.tooManyAttempts(Duration.ofSeconds(1));
        }
    }

    /**
     * To be called before anybody is told what came of an attempt, or anything is done about it: of many at once, only a few
     * count.
     *
     * @throws ProblemException 429 if a delay has begun since the attempt did
     */
    public void refuseIfBlocked(Attempt attempt) {
        refuseIfBlocked(find(attempt.counted(), attempt.address()), attempt.counted(), attempt.address());
    }

    /** Forgets the failures, and remembers the address. */
    public void succeeded(Attempt attempt) {
        QuarkusTransaction.requiringNew().run(() -> {
            Throttle.locked(attempt.accountFromAddress()).reset(Times.now().plus(KNOWN));
            if (!attempt.isKnownAddress()) {
                // Somebody else may do so at the same time.
                Throttle.delete("hash", attempt.account());
            }
            Throttle.clear(CLEARED_AT_ONCE);
        });
    }

    /**
     * Counts one thing that a client does.
     *
     * @throws ProblemException 429 during a delay
     */
    public void count(Limit limit, Client client) {
        UUID key = key(limit, client.network());
        if (!count(limit, key)) {
            refuseIfBlocked(find(key), key);
        }
    }

    /** Counts one thing that is done to an account; false during a delay. */
    public boolean count(Limit limit, String account) {
        return count(limit, key(limit, account));
    }

    private static boolean count(Limit limit, UUID key) {
        return QuarkusTransaction.requiringNew().call(() -> {
            var throttle = Throttle.locked(key);
            var now = Times.now();
            if (throttle.isBlocked(now)) {
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

    private UUID key(Limit limit, String... parts) {
        var mac = ByteBuffer.wrap(HmacSha256.of(secret, (limit + "\0" + String.join("\0", parts)).getBytes(UTF_8)));
        return new UUID(mac.getLong(), mac.getLong());
    }
}
