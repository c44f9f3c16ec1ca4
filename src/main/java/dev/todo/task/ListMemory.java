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
    private final Semaphore tasks = new Semaphore(8 * (TaskQuery.DEFAULT_LIMIT + 1), true);

    /** One of the largest pages. */
    private final Semaphore tasksOfLargePages = new Semaphore(TaskQuery.MAX_LIMIT + 1, true);

    /** How many may wait for it, each on a thread. */
    private static final int WAITING = 8;

    /** Who waits for that with a connection to the database, which whoever has it may still need. */
    private final Semaphore largeFilters = new Semaphore(2, true);

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
        Runnable release = acquire(largeFilters, 1);
        try {
            return finding.get();
        } finally {
            release.run();
        }
    }

    private Runnable acquire(int limit) {
        return acquire(limit > TaskQuery.DEFAULT_LIMIT ? tasksOfLargePages : tasks, limit + 1);
    }

    /** Returns what gives it back, once. */
    private Runnable acquire(Semaphore semaphore, int count) {
        try {
            boolean mayWait = semaphore == tasks || semaphore.getQueueLength() < WAITING;
            if (!mayWait || !semaphore.tryAcquire(count, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw tooMuch();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw tooMuch();
        }
        var taken = new AtomicInteger(count);
        return () -> semaphore.release(taken.getAndSet(0));
    }

    static ProblemException tooMuch() {
        return ProblemException.unavailable("Too many large lists are being read at the moment.", RETRY);
    }
}
