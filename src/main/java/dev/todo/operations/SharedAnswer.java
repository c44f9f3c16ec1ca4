package dev.todo.operations;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What is found out once for all who ask at once. Of those a hundred wait, more than any platform has probes; others get the
 * answer before, since each that waits takes memory, also when its client has gone.
 */
final class SharedAnswer<T> {

    private static final int MAX_WAITING = 100;

    private final Supplier<T> question;
    private final Executor executor;
    private CompletableFuture<T> answer = CompletableFuture.completedFuture(null);
    private volatile T last;
    private int waiting;

    /** @param first what those get who may not wait, as long as there is no answer */
    SharedAnswer(T first, Supplier<T> question, Executor executor) {
        this.last = first;
        this.question = question;
        this.executor = executor;
    }

    synchronized CompletionStage<T> get() {
        if (answer.isDone()) {
            waiting = 0;
            answer = CompletableFuture.supplyAsync(() -> last = question.get(), executor);
        } else if (++waiting > MAX_WAITING) {
            return CompletableFuture.completedFuture(last);
        }
        return answer;
    }
}
