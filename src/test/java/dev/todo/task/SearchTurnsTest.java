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
        assertRefused(CompletableFuture.anyOf(
                again.stream().map(search -> search.over).toArray(CompletableFuture[]::new)));
        assertEquals(1, again.stream().filter(search -> search.over.isDone()).count());
        first.get(WAITING).end();
        newcomer.begun.join();
        assertTrue(again.stream().noneMatch(search -> search.begun.isDone()));
    }

    @Test
    void theOneWhoWouldComeLastGivesUpTheirOnlyPlaceForSomebodysFirstAndNobodyForASecond() {
        List<UUID> users =
                IntStream.range(0, AT_ONCE).mapToObj(i -> UUID.randomUUID()).toList();
        users.forEach(Search::new);
        List<Search> again = users.stream().map(Search::new).toList();
        startSearches(WAITING - AT_ONCE);

        UUID newcomer = UUID.randomUUID();
        assertFalse(new Search(newcomer).over.isDone(), "refused");
        assertRefused(again.get(0).over);
        assertRefused(new Search(newcomer).over);
        assertFalse(again.get(1).over.isDone() || again.get(2).over.isDone());
    }

    @Test
    void whoHasMostPlacesGivesUpOne() {
        startSearches(AT_ONCE);
        UUID greedy = UUID.randomUUID();
        List<Search> three =
                IntStream.range(0, 3).mapToObj(i -> new Search(greedy)).toList();
        UUID modest = UUID.randomUUID();
        List<Search> two =
                IntStream.range(0, 2).mapToObj(i -> new Search(modest)).toList();
        startSearches(WAITING - 5);

        var newcomer = new Search(UUID.randomUUID());
        assertFalse(newcomer.over.isDone(), "refused");
        assertRefused(three.get(2).over);
        assertTrue(two.stream().noneMatch(search -> search.over.isDone()));
    }

    /** Each of another user. */
    private void startSearches(int count) {
        for (int i = 0; i < count; i++) {
            new Search(UUID.randomUUID());
        }
    }

    private static void assertRefused(CompletableFuture<?> over) {
        var failure = assertThrows(CompletionException.class, over::join);
        assertEquals(ProblemException.class, failure.getCause().getClass());
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
