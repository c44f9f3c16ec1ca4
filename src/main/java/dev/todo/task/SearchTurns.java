package dev.todo.task;

import dev.todo.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Has searches take turns, one of each user and few in all: each may keep a connection to the database for seconds, and
 * those who only list their tasks need the others.
 */
@ApplicationScoped
class SearchTurns {

    private static final int AT_ONCE = 3;

    /** Each keeps a thread. */
    private static final int WAITING = 12;

    /** Who searches while typing sends some, and does not wait for the ones before. */
    private static final int WAITING_OF_ONE_USER = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Set<UUID> searching = new HashSet<>();

    /** In the order in which they came. */
    private final List<Turn> waiting = new ArrayList<>();

    /** @throws ProblemException 503 if too many are waiting, or it is not the search's turn for some seconds */
    <T> T search(UUID user, Supplier<T> search) {
        await(new Turn(user, new CountDownLatch(1)));
        try {
            return search.get();
        } finally {
            end(user);
        }
    }

    private void await(Turn turn) {
        enter(turn);
        try {
            if (turn.begun.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (leave(turn)) {
            throw tooMany();
        }
    }

    private synchronized void enter(Turn turn) {
        if (begin(turn)) {
            return;
        }
        long own =
                waiting.stream().filter(other -> other.user.equals(turn.user)).count();
        if (waiting.size() >= WAITING || own >= WAITING_OF_ONE_USER) {
            throw tooMany();
        }
        waiting.add(turn);
    }

    private synchronized boolean begin(Turn turn) {
        if (searching.size() >= AT_ONCE || !searching.add(turn.user)) {
            return false;
        }
        turn.begun.countDown();
        return true;
    }

    /** Whether it was still waiting: its turn may have come meanwhile. */
    private synchronized boolean leave(Turn turn) {
        return waiting.remove(turn);
    }

    private synchronized void end(UUID user) {
        searching.remove(user);
        waiting.removeIf(this::begin);
    }

    private static ProblemException tooMany() {
        return ProblemException.unavailable("Too many searches are running at the moment.", RETRY);
    }

    private record Turn(UUID user, CountDownLatch begun) {}
}
