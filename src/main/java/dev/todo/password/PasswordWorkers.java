package dev.todo.password;

import dev.todo.client.Client;
import dev.todo.common.LogContext;
import dev.todo.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The threads that hash passwords, apart from those that serve requests: a hash keeps a core busy on purpose, and
 * no rush of log-ins may hold up anybody's tasks.
 */
@ApplicationScoped
public class PasswordWorkers {

    /** How many may wait; more are told to come back. */
    private static final int QUEUE = 100;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    /** About how many of them may be of one client: behind a proxy that is not trusted, everybody is one. */
    private static final int FOR_ONE_CLIENT = 60;

    private record Work<T>(Supplier<T> supplier, CompletableFuture<T> result) {

        /** Does nothing if it has been given up. */
        void run() {
            result.completeAsync(supplier, Runnable::run);
        }
    }

    private final FairQueue<Work<?>> queue = new FairQueue<>(QUEUE);

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
     * Does the work when a thread is free, in turns with that of other clients; fails with a {@link ProblemException} if too
     * much is waiting: 429 if it is the client's, 503 if it is everybody's.
     */
    public <T> Uni<T> submit(Client client, Supplier<T> work) {
        String network = client.network();
        if (queue.count(network) >= FOR_ONE_CLIENT) {
            throw ProblemException.tooManyAttempts(RETRY_AFTER);
        }
        var waiting = new Work<>(LogContext.carriedTo(work), new CompletableFuture<>());
        Context context = Vertx.currentContext();
        Uni<T> result = Uni.createFrom()
                .completionStage(() -> {
                    queue.add(network, waiting).ifPresent(PasswordWorkers::refuse);
                    return waiting.result();
                })
                .onCancellation()
                .invoke(() -> queue.remove(network, waiting));
        // Where the request goes on, with its id in the log
        return context == null ? result : result.emitOn(next -> context.runOnContext(ignored -> next.run()));
    }

    private static void refuse(Work<?> work) {
        work.result()
                .completeExceptionally(ProblemException.unavailable(
                        "Too many people are signing up or logging in at the moment.", RETRY_AFTER));
    }

    @PreDestroy
    void stop() {
        queue.close();
    }
}
