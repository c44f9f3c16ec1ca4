package dev.todo.export;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Who may export: few at once, and one export of each user. Where all turns are taken, whoever has had them for longest, all in all,
 * gives way to who has had them for less; beginning anew makes nobody's time shorter.
 */
final class ExportTurns {

    /** Each holds a thread for as long as its reader takes. */
    private static final int AT_ONCE = 4;

    /** By which somebody has had more than who they give way to, so that they do not stop each other all the time. */
    private static final Duration ADVANTAGE = Duration.ofSeconds(10);

    /** After which what somebody has had is forgotten; sooner, some dozens of accounts would do to have all turns for ever. */
    private static final Duration PAUSE = Duration.ofHours(1);

    private final LongSupplier nanoTime;

    private final Map<UUID, Turn> running = new HashMap<>();

    /** Those that are over, the one that ended first at the beginning. */
    private final Map<UUID, Ended> ended = new LinkedHashMap<>();

    private record Ended(long used, long end) {}

    ExportTurns(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A turn, until it ends or gives way. */
    final class Turn {

        private final UUID user;
        private final long usedBefore;
        private final long begin;
        private final Runnable breakOff;

        private Turn(UUID user, long usedBefore, long begin, Runnable breakOff) {
            this.user = user;
            this.usedBefore = usedBefore;
            this.begin = begin;
            this.breakOff = breakOff;
        }

        private long used(long now) {
            return usedBefore + now - begin;
        }

        /** May be called again. */
        void end() {
            synchronized (ExportTurns.this) {
                if (running.remove(user, this)) {
                    over(this);
                }
            }
        }
    }

    /**
     * Takes a turn; null if the user has one, or there is none.
     *
     * @param breakOff has the export end when it has to give way
     */
    Turn begin(UUID user, Runnable breakOff) {
        Turn givingWay = null;
        Turn turn;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            forget(now);
            long used = ended.containsKey(user) ? ended.get(user).used : 0;
            if (running.containsKey(user)) {
                return null;
            }
            if (running.size() >= AT_ONCE) {
                givingWay = longest(now);
                if (givingWay.used(now) - used <= ADVANTAGE.toNanos()) {
                    return null;
                }
                running.remove(givingWay.user);
                over(givingWay);
            }
            turn = new Turn(user, used, now, breakOff);
            running.put(user, turn);
        }
        if (givingWay != null) {
            givingWay.breakOff.run();
        }
        return turn;
    }

    private void forget(long now) {
        var first = ended.values().iterator();
        while (first.hasNext() && now - first.next().end > PAUSE.toNanos()) {
            first.remove();
        }
    }

    private Turn longest(long now) {
        return running.values().stream()
                .max(Comparator.comparingLong(turn -> turn.used(now)))
                .orElseThrow();
    }

    private void over(Turn turn) {
        long now = nanoTime.getAsLong();
        // Last in the order
        ended.remove(turn.user);
        ended.put(turn.user, new Ended(turn.used(now), now));
    }
}
