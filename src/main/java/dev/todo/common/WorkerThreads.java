package dev.todo.common;

import dev.todo.problem.RequestLimit;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;

/**
 * For what anybody may call: a method that returns a {@link Uni} is called when the body is there, which no thread has waited
 * for. However many send theirs slowly, they hold nobody up. What the method does then may block all the same.
 */
public final class WorkerThreads {

    private WorkerThreads() {}

    /** Does blocking work on a worker thread, and goes on where the request was. */
    public static <T> Uni<T> call(Callable<T> work) {
        return Uni.createFrom().completionStage(() -> {
            // Who goes meanwhile ends the request and leaves the work in the queue.
            var place = RequestLimit.place();
            place.hold();
            return Vertx.currentContext()
                    .executeBlocking(work, false)
                    .onComplete(done -> place.release())
                    .toCompletionStage();
        });
    }

    /** As {@link #call}, for work that ends elsewhere. */
    public static <T> Uni<T> flatCall(Callable<Uni<T>> work) {
        return call(work).flatMap(result -> result);
    }
}
