package dev.todo.password;

import dev.todo.client.Client;
import dev.todo.common.LogContext;
import dev.todo.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

    /** How many of them may be of one client, so that places are left to others. */
    private static final int FOR_ONE_CLIENT = 60;

    private final Map<String, Integer> waiting = new ConcurrentHashMap<>();
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
    public <T> Uni<T> submit(Client client, Supplier<T> work) {
        String network = client.network();
        if (waiting.merge(network, 1, Integer::sum) > FOR_ONE_CLIENT) {
            leave(network);
            throw ProblemException.tooManyAttempts(RETRY_AFTER);
        }
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
        result = result.onTermination().invoke(() -> leave(network));
        // Where the request goes on, with its id in the log
        return context == null ? result : result.emitOn(next -> context.runOnContext(ignored -> next.run()));
    }

    private void leave(String network) {
        waiting.computeIfPresent(network, (name, count) -> count == 1 ? null : count - 1);
    }

    @PreDestroy
    void stop() {
        executor.shutdown();
    }
}
