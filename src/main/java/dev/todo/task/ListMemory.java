package dev.todo.task;

import dev.todo.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;

/**
 * Keeps lists that are being read within the heap, however many ask for the largest at once, with some 8 MB of text each. A page
 * counts with its limit, whatever its text; {@link PagesUnderWay} counts the size of the answer that is made of it.
 */
@ApplicationScoped
class ListMemory {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Eight pages of the default size; who asks for larger ones does not hold them up. */
    private final Permits tasks = new Permits(8 * (TaskQuery.DEFAULT_LIMIT + 1), Integer.MAX_VALUE);

    /** One of the largest pages. Each who waits keeps a thread, and others need some. */
    private final Permits tasksOfLargePages = new Permits(TaskQuery.MAX_LIMIT + 1, 24);

    /** Who waits for that with a connection to the database, which whoever has it may still need. */
    private final Permits largeFilters = new Permits(2, 12);

    /**
     * Reads a page with one task more than its limit.
     *
     * @throws ProblemException 503 if others are reading too many for some seconds
     */
    <T> T read(int limit, Supplier<T> reading) {
        Runnable release = acquire(limit);
        try {
            return reading.get();
        } finally {
            release.run();
        }
    }

    /** As {@link #read}, but the page counts until the answer to this request is made, since it is in memory until then. */
    <T> T readForAnswer(int limit, Supplier<T> reading) {
        Runnable release = acquire(limit);
        CurrentRequestManager.get().registerCompletionCallback(failure -> release.run());
        try {
            return reading.get();
        } catch (RuntimeException | Error e) {
            release.run();
            throw e;
        }
    }

    /**
     * Finds what a large page is to have, and then reads it.
     *
     * @throws ProblemException 503 if others are doing that for some seconds
     */
    <T> T filter(Supplier<T> finding) {
        Runnable release = largeFilters.acquire(1);
        try {
            return finding.get();
        } finally {
            release.run();
        }
    }

    private Runnable acquire(int limit) {
        return (limit > TaskQuery.DEFAULT_LIMIT ? tasksOfLargePages : tasks).acquire(limit + 1);
    }

    /** For which some may wait. */
    private static final class Permits {

        private final Semaphore permits;
        private final Semaphore placesToWait;

        private Permits(int permits, int placesToWait) {
            this.permits = new Semaphore(permits, true);
            this.placesToWait = new Semaphore(placesToWait);
        }

        /** Returns what gives them back, once. */
        private Runnable acquire(int count) {
            try {
                // Without a time it would overtake those who wait.
                if (!permits.tryAcquire(count, 0, TimeUnit.MILLISECONDS)) {
                    await(count);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw tooMuch();
            }
            var taken = new AtomicInteger(count);
            return () -> permits.release(taken.getAndSet(0));
        }

        private void await(int count) throws InterruptedException {
            if (!placesToWait.tryAcquire()) {
                throw tooMuch();
            }
            try {
                if (!permits.tryAcquire(count, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw tooMuch();
                }
            } finally {
                placesToWait.release();
            }
        }
    }

    static ProblemException tooMuch() {
        return ProblemException.unavailable("Too many large lists are being read at the moment.", RETRY);
    }
}
