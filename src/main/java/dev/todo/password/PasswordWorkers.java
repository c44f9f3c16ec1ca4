package dev.todo.password;

import dev.todo.common.LogContext;
import dev.todo.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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

    private final ThreadPoolExecutor executor;

    PasswordWorkers() {
        // One core is left to everything else, if there is another.
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        executor =
                new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), work -> {
                    var thread = new Thread(work, "password-worker");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Does the work when a thread is free; fails with a {@link ProblemException} 503 if too much is waiting. */
    public <T> Uni<T> submit(Supplier<T> work) {
        Supplier<T> logged = LogContext.carriedTo(work);
        Context context = Vertx.currentContext();
        Uni<T> result = Uni.createFrom().completionStage(() -> {
            try {
                return CompletableFuture.supplyAsync(logged, executor);
            } catch (RejectedExecutionException e) {
                throw ProblemException.unavailable(
                        "Too many people are signing up or logging in at the moment.", RETRY_AFTER);
            }
        });
        // Where the request goes on, with its id in the log
        return context == null ? result : result.emitOn(next -> context.runOnContext(ignored -> next.run()));
    }

    @PreDestroy
    void stop() {
        executor.shutdown();
    }
}
