package dev.todo.task;

import dev.todo.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Keeps lists within the heap, however many ask for the largest at once, with some 8 MB of text each. Whatever its text,
 * a page counts with its limit while it is read, and afterwards with its size, if it is large.
 */
@ApplicationScoped
class ListMemory {

    private static final int BYTES_WRITTEN_AT_ONCE = 48 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Eight pages of the default size; who asks for larger ones does not hold them up. */
    private final Semaphore tasks = new Semaphore(8 * (TaskQuery.DEFAULT_LIMIT + 1), true);

    /** Two of the largest pages. */
    private final Semaphore tasksOfLargePages = new Semaphore(2 * (TaskQuery.MAX_LIMIT + 1), true);

    private final Semaphore bytes = new Semaphore(BYTES_WRITTEN_AT_ONCE);

    /**
     * Reads a page with one task more than its limit.
     *
     * @throws ProblemException 503 if others are reading too many for some seconds
     */
    <T> T read(int limit, Supplier<T> reading) {
        int count = limit + 1;
        var semaphore = limit > TaskQuery.DEFAULT_LIMIT ? tasksOfLargePages : tasks;
        try {
            if (!semaphore.tryAcquire(count, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw tooMuch();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw tooMuch();
        }
        try {
            return reading.get();
        } finally {
            semaphore.release(count);
        }
    }

    /** @throws ProblemException 503 if there is no room for so many bytes more */
    Room take(int count) {
        if (!bytes.tryAcquire(count)) {
            throw tooMuch();
        }
        return new Room(count);
    }

    private static ProblemException tooMuch() {
        return ProblemException.unavailable("Too many large lists are being read at the moment.", RETRY);
    }

    /** Bytes that were taken, to be given back once. */
    final class Room {

        private final AtomicInteger taken;

        private Room(int taken) {
            this.taken = new AtomicInteger(taken);
        }

        /** Gives back what is more than that. */
        void shrinkTo(int count) {
            int before = taken.getAndUpdate(current -> Math.min(current, count));
            bytes.release(Math.max(before - count, 0));
        }

        void giveBack() {
            shrinkTo(0);
        }
    }
}
