package dev.todo.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.problem.ProblemException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many who want large pages at once, each on a thread. */
class ListMemoryTest {

    private final ListMemory memory = new ListMemory();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch isOver = new CountDownLatch(1);

    @AfterEach
    void stop() {
        isOver.countDown();
        threads.shutdownNow();
    }

    @Test
    void mostOfThemAreRefusedAtOnceSoThatThereAreThreadsForOthers() throws Exception {
        assertRefused(50 - 1 - 24, () -> memory.read(200, this::takeLong));
        assertEquals("small", memory.read(50, () -> "small"));
    }

    @Test
    void twoOfThemAtMostFilterWithAConnectionInHand() throws Exception {
        var begun = new AtomicInteger();
        assertRefused(
                50 - 2 - 12,
                () -> memory.filter(() -> {
                    begun.incrementAndGet();
                    return takeLong();
                }));
        assertEquals(2, begun.get());
    }

    /** Of fifty, before one that waits gives up. */
    private void assertRefused(int expected, Supplier<String> work) throws Exception {
        var refused = new CountDownLatch(expected);
        for (int i = 0; i < 50; i++) {
            threads.execute(() -> {
                try {
                    assertEquals("large", work.get());
                } catch (ProblemException e) {
                    refused.countDown();
                }
            });
        }
        assertTrue(refused.await(1_500, TimeUnit.MILLISECONDS), refused.getCount() + " more should have been refused");
    }

    private String takeLong() {
        try {
            assertTrue(isOver.await(1, TimeUnit.MINUTES));
            return "large";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
