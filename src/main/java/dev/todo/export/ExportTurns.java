package dev.todo.export;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Who may export: few at once, and one export of each user. Where all turns are taken, whoever has had one for longest gives way
 * to who has not; beginning anew makes nobody's time shorter.
 */
final class ExportTurns {

    /** Each holds a thread for as long as its reader takes. */
    private static final int AT_ONCE = 4;

    /** Which nobody has to give way before. */
    private static final Duration UNDISTURBED = Duration.ofSeconds(10);

    /** After which it counts as another time. */
    private static final Duration PAUSE = Duration.ofMinutes(2);

    private final LongSupplier nanoTime;

    private final Map<UUID, Turn> running = new HashMap<>();

    /** Those that are over, the one that ended first at the beginning. */
    private final Map<UUID, Ended> ended = new LinkedHashMap<>();

    private record Ended(long since, long end) {}

    ExportTurns(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A turn, until it ends or gives way. */
    final class Turn {

        private final UUID user;
        private final long since;
        private final Runnable breakOff;

        private Turn(UUID user, long since, Runnable breakOff) {
            this.user = user;
            this.since = since;
            this.breakOff = breakOff;
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
            long since = ended.containsKey(user) ? ended.get(user).since : now;
            if (running.containsKey(user)) {
                return null;
            }
            if (running.size() >= AT_ONCE) {
                givingWay = longest();
                if (now - givingWay.since <= UNDISTURBED.toNanos() || givingWay.since >= since) {
                    return null;
                }
                running.remove(givingWay.user);
                over(givingWay);
            }
            turn = new Turn(user, since, breakOff);
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

    private Turn longest() {
        return running.values().stream()
                .min(Comparator.comparingLong(turn -> turn.since))
                .orElseThrow();
    }

    private void over(Turn turn) {
        // Last in the order
        ended.remove(turn.user);
        ended.put(turn.user, new Ended(turn.since, nanoTime.getAsLong()));
    }
}
