package dev.todo.password;

import dev.todo.client.Client;
import dev.todo.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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

    private record Work<H, T>(Supplier<H> hashing, Function<H, T> rest, Context context, CompletableFuture<T> result) {

        /** Does nothing if it has been given up. */
        void run() {
            if (result.isDone()) {
                return;
            }
            try {
                H hashed = hashing.get();
                context.executeBlocking(() -> rest.apply(hashed), false)
                        .onComplete(result::complete, result::completeExceptionally);
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }
    }

    private final FairQueue<Work<?, ?>> queue = new FairQueue<>(QUEUE);

    @PostConstruct
    void start() {
        // One core is left to everything else, if there is another.
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        for (int i = 0; i < threads; i++) {
            var thread = new Thread(this::work, "password-worker");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void work() {
        try {
            for (var next = queue.take(); next.isPresent(); next = queue.take()) {
                next.get().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Hashes when a thread is free, in turns with other clients, and does the rest, which may block, on a worker thread.
     * Fails with a {@link ProblemException} if too much is waiting: 429 if it is the client's, 503 if it is everybody's.
     */
    public <H, T> Uni<T> submit(Client client, Supplier<H> hashing, Function<H, T> rest) {
        String network = client.network();
        if (queue.count(network) >= FOR_ONE_CLIENT) {
            return Uni.createFrom().failure(ProblemException.tooManyAttempts(RETRY_AFTER));
        }
        // Of the request, with its id in the log
        Context context = Vertx.currentContext();
        var work = new Work<>(hashing, rest, context, new CompletableFuture<>());
        return Uni.createFrom()
                .completionStage(() -> {
                    queue.add(network, work).ifPresent(PasswordWorkers::refuse);
                    return work.result();
                })
                .onCancellation()
                .invoke(() -> queue.remove(network, work))
                .emitOn(next -> context.runOnContext(ignored -> next.run()));
    }

    private static void refuse(Work<?, ?> work) {
        work.result()
                .completeExceptionally(ProblemException.unavailable(
                        "Too many people are signing up or logging in at the moment.", RETRY_AFTER));
    }

    @PreDestroy
    void stop() {
        queue.close();
    }
}
