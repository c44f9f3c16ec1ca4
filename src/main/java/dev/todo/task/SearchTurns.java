package dev.todo.task;

import dev.todo.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Has searches take turns, one of each user and few in all: each may keep a connection to the database for seconds, and
 * those who only list their tasks need the others. The time goes to users in equal parts (start-time fair queuing, Goyal,
 * Vin and Cheng 1996), so that a few whose searches take long keep nobody else out.
 */
@ApplicationScoped
class SearchTurns {

    private static final int AT_ONCE = 3;

    /** Each keeps a thread. */
    private static final int WAITING = 12;

    /** Who searches while typing sends some, and does not wait for the ones before. */
    private static final int WAITING_OF_ONE_USER = 3;

    /** Longer than any search takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Who searches, and since when, in nanoseconds. */
    private final Map<UUID, Long> searching = new HashMap<>();

    /** In the order in which they came. */
    private final List<Turn> waiting = new ArrayList<>();

    /** The virtual time, in nanoseconds: where in its user's time the latest turn began. */
    private long now;

    /** How far users are in their time who search, wait, or are ahead of the virtual time while all turns are taken. */
    private final Map<UUID, Long> times = new HashMap<>();

    /** @throws ProblemException 503 if too many are waiting, or it is not the search's turn for some seconds */
    <T> T search(UUID user, Supplier<T> search) {
        Turn turn = enter(user);
        boolean hasBegun = turn.hasBegun
                .completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (!hasBegun) {
            leave(turn);
            throw ProblemException.unavailable("Too many searches are running at the moment.", RETRY);
        }
        try {
            return search.get();
        } finally {
            end(user);
        }
    }

    private synchronized Turn enter(UUID user) {
        var turn = new Turn(user, now, new CompletableFuture<>());
        if (searching.size() < AT_ONCE && !searching.containsKey(user)) {
            begin(turn);
        } else if (waitingOf(user) < WAITING_OF_ONE_USER) {
            waiting.add(turn);
            if (waiting.size() > WAITING) {
                Turn last = last();
                waiting.remove(last);
                last.hasBegun.complete(false);
            }
        } else {
            turn.hasBegun.complete(false);
        }
        return turn;
    }

    private long waitingOf(UUID user) {
        return waiting.stream().filter(turn -> turn.user.equals(user)).count();
    }

    /**
     * Of those who have the most places, the one who would come last, and of theirs the latest: nobody's only place goes
     * to somebody's second.
     */
    private Turn last() {
        long time = System.nanoTime();
        var order = Comparator.<Turn>comparingLong(turn -> waitingOf(turn.user))
                .thenComparingLong(turn -> startOf(turn, time));
        return waiting.stream()
                .reduce((last, turn) -> order.compare(last, turn) > 0 ? last : turn)
                .orElseThrow();
    }

    /** Whether it had not given up. */
    private boolean begin(Turn turn) {
        if (!turn.hasBegun.complete(true)) {
            return false;
        }
        long time = System.nanoTime();
        long start = startOf(turn, time);
        searching.put(turn.user, time);
        times.put(turn.user, start);
        now = Math.max(now, start);
        return true;
    }

    private synchronized void leave(Turn turn) {
        waiting.remove(turn);
    }

    private long startOf(Turn turn, long time) {
        Long begun = searching.get(turn.user);
        long searched = begun == null ? 0 : time - begun;
        return Math.max(turn.arrival, times.getOrDefault(turn.user, 0L) + searched);
    }

    private synchronized void end(UUID user) {
        times.merge(user, System.nanoTime() - searching.remove(user), Long::sum);
        Turn next = pollNext();
        while (next != null && !begin(next)) {
            next = pollNext();
        }
        boolean isFree = searching.size() < AT_ONCE;
        times.entrySet()
                .removeIf(time -> (isFree || time.getValue() <= now)
                        && !searching.containsKey(time.getKey())
                        && waitingOf(time.getKey()) == 0);
    }

    private Turn pollNext() {
        long time = System.nanoTime();
        Turn next = waiting.stream()
                .filter(turn -> !searching.containsKey(turn.user))
                .min(Comparator.comparingLong(turn -> startOf(turn, time)))
                .orElse(null);
        waiting.remove(next);
        return next;
    }

    private record Turn(UUID user, long arrival, CompletableFuture<Boolean> hasBegun) {}
}
