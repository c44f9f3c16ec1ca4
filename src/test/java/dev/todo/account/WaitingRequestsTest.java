package dev.todo.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.todo.problem.ProblemException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Requests of many users that wait for their turns, without the requests. */
class WaitingRequestsTest {

    private final ConcurrencyLimit limit = new ConcurrencyLimit(null);
    private final UUID user = UUID.randomUUID();

    @Test
    void fourOfAUserAreDoneAtOnceAndAHundredWait() {
        assertEquals(4, done(send(user, 104)));
        assertThrows(ProblemException.class, () -> limit.begin(user));
    }

    @Test
    void thoseThatWaitHaveTheirTurnsOneByOne() {
        var turns = send(user, 6);
        limit.end(user);
        assertEquals(5, done(turns));
        IntStream.range(0, 5).forEach(i -> limit.end(user));
        assertEquals(4, done(send(user, 5)));
    }

    @Test
    void whenVeryManyWaitAUserStillHasAsManyAsABrowserSends() {
        Stream.generate(UUID::randomUUID).limit(5).forEach(other -> send(other, 104));
        var turns = send(user, 12);
        assertEquals(4, done(turns));
        assertThrows(ProblemException.class, () -> limit.begin(user));
        limit.end(user);
        assertFalse(limit.begin(user).isDone());
    }

    @Test
    void whoseTurnComesMakesRoomForOthersWhoWait() {
        var others = Stream.generate(UUID::randomUUID).limit(5).toList();
        others.forEach(other -> send(other, 104));
        send(user, 12);
        IntStream.range(0, 9).forEach(i -> limit.end(others.get(0)));
        assertFalse(limit.begin(user).isDone());
        assertThrows(ProblemException.class, () -> limit.begin(user));
    }

    private CompletableFuture<?>[] send(UUID of, int count) {
        return IntStream.range(0, count).mapToObj(i -> limit.begin(of)).toArray(CompletableFuture[]::new);
    }

    private static long done(CompletableFuture<?>[] turns) {
        return Stream.of(turns).filter(CompletableFuture::isDone).count();
    }
}
