package dev.todo.password;

import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.client.Client;
import dev.todo.common.FairQueue;
import dev.todo.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The threads that hash passwords, apart from those that serve requests: a hash keeps a core busy on purpose, and
 * no rush of log-ins may hold up anybody's tasks. They do nothing else: who waits for a database there keeps everybody else
 * from logging in.
 */
@ApplicationScoped
public class PasswordWorkers {

    /** How many may wait; more are told to come back. */
    private static final int QUEUE = 100;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    /** About how many of them may be of one client: behind a proxy that is not trusted, everybody is one. */
    private static final int FOR_ONE_CLIENT = 60;

    private record Work<H, T>(
            Supplier<H> hashing, Function<H, T> rest, Runnable undo, Context context, CompletableFuture<T> result) {

        void run() {
            try {
                H hashed = hashing.get();
                context.executeBlocking(() -> rest.apply(hashed), false)
                        .onComplete(result::complete, result::completeExceptionally);
            } catch (RuntimeException | Error e) {
                giveUp(e);
            }
        }

        void giveUp(Throwable reason) {
            context.executeBlocking(Executors.callable(undo), false)
                    .onComplete(undone -> result.completeExceptionally(reason));
        }
    }

    private final FairQueue<Work<?, ?>> queue = new FairQueue<>(QUEUE);
    private final AuditLog audit;

    PasswordWorkers(AuditLog audit) {
        this.audit = audit;
    }

    @PostConstruct
    void start() {
        // One core is left to everything else, if there is another.
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        queue.startThreads(threads, "password-worker", Work::run);
    }

    /** As {@link #submit(Client, Supplier, Function, Runnable)}, with nothing to undo. */
    public <H, T> Uni<T> submit(Client client, Supplier<H> hashing, Function<H, T> rest) {
        return submit(client, hashing, rest, () -> {});
    }

    /**
     * Hashes when a thread is free, in turns with other clients, and does the rest, which may block, on a worker thread, even if
     * nobody waits for it any more. Fails with a {@link ProblemException} if too much is waiting: 429 if it is the client's, 503
     * if it is everybody's.
     *
     * @param undo what may block, and is done in place of the rest, before anybody is told why: nothing was hashed
     */
    public <H, T> Uni<T> submit(Client client, Supplier<H> hashing, Function<H, T> rest, Runnable undo) {
        String network = client.network();
        // Of the request, with its id in the log
        Context context = Vertx.currentContext();
        var work = new Work<>(hashing, rest, undo, context, new CompletableFuture<>());
        if (queue.count(network) >= FOR_ONE_CLIENT) {
            audit.record(Event.THROTTLED);
            work.giveUp(ProblemException.tooManyAttempts(RETRY_AFTER));
        } else {
            queue.add(network, work)
                    .ifPresent(refused -> refused.giveUp(ProblemException.unavailable(
                            "Too many people are signing up or logging in at the moment.", RETRY_AFTER)));
        }
        return Uni.createFrom()
                .completionStage(work.result())
                .onCancellation()
                .invoke(() -> {
                    if (queue.remove(network, work)) {
                        work.giveUp(new CancellationException());
                    }
                })
                .emitOn(next -> context.runOnContext(ignored -> next.run()));
    }

    @PreDestroy
    void stop() {
        queue.close();
    }
}
