package dev.todo.account;

import dev.todo.problem.ProblemException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.ws.rs.container.CompletionCallback;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/**
 * Works on a few requests of a user at once. The others wait, and take no thread and no connection to the database, so that
 * who sends hundreds delays nobody else.
 */
class ConcurrencyLimit {

    /** Less than half of the connections to the database. */
    private static final int AT_ONCE = 4;

    /** More than any page sends at once. */
    private static final int WAITING = 100;

    /** About how many may wait in all, since each takes some 25 KB, also when its client has gone. */
    private static final int WAITING_IN_ALL = 500;

    /** How many of each user may wait in any case: with those under way, as many as browsers send at once, and more. */
    private static final int ALWAYS_WAITING = 8;

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final CurrentUser user;

    /** Of those who have a request under way. */
    private final Map<UUID, Share> shares = new HashMap<>();

    private int waiting;

    ConcurrencyLimit(CurrentUser user) {
        this.user = user;
    }

    private static final class Share {

        private int underWay;
        private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    }

    /**
     * Fails with a {@link ProblemException}: 429 if too many are waiting. One that has waited for its turn fails as without a
     * token if its session has ended meanwhile, and in any case if its client has gone.
     */
    @ServerRequestFilter
    @ConcurrencyLimited
    Uni<Void> await(ResteasyReactiveContainerRequestContext context) {
        Caller caller = user.caller();
        UUID id = user.id();
        var request = (ResteasyReactiveRequestContext) context.getServerRequestContext();
        CompletionCallback end = failure -> end(id);
        CompletableFuture<Void> turn = begin(id);
        boolean waits = !turn.isDone();
        Uni<Void> begun = Uni.createFrom().completionStage(turn).invoke(() -> {
            // Called when the work is done, even if the client has gone before.
            request.registerCompletionCallback(end);
            if (waits && request.serverResponse().closed()) {
                throw ProblemException.unavailable("The client has gone.", RETRY);
            }
        });
        Context here = Vertx.currentContext();
        return waits ? begun.call(() -> requireAlive(caller, here)) : begun;
    }

    private static Uni<Void> requireAlive(Caller caller, Context context) {
        return Uni.createFrom()
                .completionStage(() -> context.<Void>executeBlocking(
                                () -> {
                                    QuarkusTransaction.requiringNew().run(() -> Session.requireAlive(caller));
                                    return null;
                                },
                                false)
                        .toCompletionStage());
    }

    /**
     * Returns what is done when it is the request's turn; each turn is ended once.
     *
     * @throws ProblemException 429 if too many are waiting
     */
    synchronized CompletableFuture<Void> begin(UUID id) {
        Share share = shares.computeIfAbsent(id, unknown -> new Share());
        if (share.underWay < AT_ONCE) {
            share.underWay++;
            return CompletableFuture.completedFuture(null);
        }
        if (share.waiting.size() >= (waiting < WAITING_IN_ALL ? WAITING : ALWAYS_WAITING)) {
            throw ProblemException.tooManyRequests(RETRY);
        }
        var turn = new CompletableFuture<Void>();
        share.waiting.add(turn);
        waiting++;
        return turn;
    }

    void end(UUID id) {
        CompletableFuture<Void> next = endAndPoll(id);
        if (next != null) {
            next.complete(null);
        }
    }

    private synchronized CompletableFuture<Void> endAndPoll(UUID id) {
        Share share = shares.get(id);
        CompletableFuture<Void> next = share.waiting.poll();
        if (next != null) {
            waiting--;
        } else {
            share.underWay--;
            if (share.underWay == 0) {
                shares.remove(id);
            }
        }
        return next;
    }
}
