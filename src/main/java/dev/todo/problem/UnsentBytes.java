package dev.todo.problem;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Counts what a connection has been answered and has not taken, in bytes. All methods are for its event loop. */
final class UnsentBytes {

    private final Limit limit;

    /** From any thread. */
    private final Runnable close;

    private long count;
    private boolean closing;

    UnsentBytes(Limit limit, Runnable close) {
        this.limit = limit;
        this.close = close;
    }

    /**
     * How many bytes all connections together may have waiting. Where they are more, the one is closed that has waited longest for
     * what was written at once to be taken: the others read, or have had less time to.
     */
    static final class Limit {

        private final long max;
        private long count;

        /** Those that have more than they may always have, the one that has waited longest first. */
        private final Set<UnsentBytes> waiting = new LinkedHashSet<>();

        Limit(long max) {
            this.max = max;
        }

        private synchronized List<UnsentBytes> add(UnsentBytes connection, int bytes) {
            List<UnsentBytes> closing = new ArrayList<>(0);
            change(connection, bytes);
            while (count > max && !waiting.isEmpty()) {
                UnsentBytes longest = waiting.iterator().next();
                waiting.remove(longest);
                count -= longest.count;
                longest.closing = true;
                closing.add(longest);
            }
            return closing;
        }

        private synchronized void remove(UnsentBytes connection, int bytes) {
            waiting.remove(connection);
            change(connection, -bytes);
        }

        private void change(UnsentBytes connection, int bytes) {
            connection.count += bytes;
            if (!connection.closing) {
                count += bytes;
                if (connection.count > ConnectionGuard.FAIR_SHARE) {
                    waiting.add(connection);
                }
            }
        }
    }

    void add(int bytes) {
        limit.add(this, bytes).forEach(connection -> connection.close.run());
    }

    void remove(int bytes) {
        limit.remove(this, bytes);
    }

    boolean areThere() {
        return count > 0;
    }
}
