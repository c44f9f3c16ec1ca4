package dev.todo.task;

import dev.todo.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Keeps lists within the heap, however many ask for the largest at once: a page may have 16 MB of text. Whatever its text,
 * a page counts with its limit while it is read, and afterwards with its size, if it is large.
 */
@ApplicationScoped
class ListMemory {

    /** Two of the largest pages, or eight of the default size. */
    private static final int TASKS_READ_AT_ONCE = 2 * (TaskQuery.MAX_LIMIT + 1);

    private static final int BYTES_WRITTEN_AT_ONCE = 48 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Semaphore tasks = new Semaphore(TASKS_READ_AT_ONCE, true);
    private final Semaphore bytes = new Semaphore(BYTES_WRITTEN_AT_ONCE);

    /**
     * Reads up to so many tasks.
     *
     * @throws ProblemException 503 if others are reading too many for some seconds
     */
    <T> T read(int count, Supplier<T> reading) {
        try {
            if (!tasks.tryAcquire(count, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw tooMuch();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw tooMuch();
        }
        try {
            return reading.get();
        } finally {
            tasks.release(count);
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
