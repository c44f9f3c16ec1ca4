package dev.todo.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.problem.ProblemException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SearchTurnsTest {

    private static final int AT_ONCE = 3;
    private static final int WAITING = 12;

    private final SearchTurns turns = new SearchTurns();

    @Test
    void aPlaceOfWhoHasSearchedMoreGoesToWhoHasSearchedLess() {
        List<UUID> users = IntStream.range(0, AT_ONCE + WAITING)
                .mapToObj(i -> UUID.randomUUID())
                .toList();
        List<Search> first = users.stream().map(Search::new).toList();
        List<Search> again = IntStream.range(0, WAITING)
                .mapToObj(i -> {
                    first.get(i).end();
                    first.get(i + AT_ONCE).begun.join();
                    return new Search(users.get(i));
                })
                .toList();

        var newcomer = new Search(UUID.randomUUID());
        assertFalse(newcomer.over.isDone(), "refused");
        var failure = assertThrows(
                CompletionException.class, () -> again.get(WAITING - 1).over.join());
        assertEquals(ProblemException.class, failure.getCause().getClass());
        first.get(WAITING).end();
        newcomer.begun.join();
        assertTrue(again.stream().noneMatch(search -> search.begun.isDone()));
    }

    /** Goes on until it is ended. */
    private final class Search {

        private final CompletableFuture<Void> begun = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        /** Returns when it has begun, or waits. */
        Search(UUID user) {
            var thread = new Thread(() -> {
                try {
                    turns.search(user, () -> {
                        begun.complete(null);
                        return ended.join();
                    });
                    over.complete(null);
                } catch (ProblemException e) {
                    over.completeExceptionally(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
            while (thread.getState() != Thread.State.WAITING && !over.isDone()) {
                Thread.onSpinWait();
            }
        }

        void end() {
            ended.complete(null);
            over.join();
        }
    }
}
