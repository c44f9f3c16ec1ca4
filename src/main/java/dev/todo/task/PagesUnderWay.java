package dev.todo.task;

import dev.todo.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Keeps large pages that are on their way within the heap, however slowly they are read. Who takes the most room gives way to who
 * takes less, so that nobody keeps others from their lists by not reading.
 */
@ApplicationScoped
class PagesUnderWay {

    private static final int MAX_BYTES = 48 << 20;

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** By user, the oldest first. */
    private final Map<UUID, Deque<Room>> rooms = new HashMap<>();

    private long bytes;

    /**
     * Takes room for a page.
     *
     * @param breakOff ends its answer, if the room is needed for somebody else
     * @throws ProblemException 503 if there is none, and nobody has more than the user would have
     */
    Room take(UUID user, int count, Runnable breakOff) {
        List<Room> brokenOff = new ArrayList<>();
        try {
            return take(new Room(user, count, breakOff), brokenOff);
        } finally {
            brokenOff.forEach(room -> room.breakOff.run());
        }
    }

    private synchronized Room take(Room wanted, List<Room> brokenOff) {
        while (bytes + wanted.count > MAX_BYTES) {
            UUID most = rooms.keySet().stream()
                    .max(Comparator.comparingLong(this::bytesOf))
                    .orElse(wanted.user);
            if (bytesOf(most) <= bytesOf(wanted.user) + wanted.count) {
                throw ProblemException.unavailable("Too many large lists are being read at the moment.", RETRY);
            }
            Room oldest = rooms.get(most).peek();
            oldest.giveBack();
            brokenOff.add(oldest);
        }
        bytes += wanted.count;
        rooms.computeIfAbsent(wanted.user, user -> new ArrayDeque<>()).add(wanted);
        return wanted;
    }

    private long bytesOf(UUID user) {
        return rooms.getOrDefault(user, new ArrayDeque<>()).stream()
                .mapToLong(room -> room.count)
                .sum();
    }

    private synchronized void shrink(Room room, int count) {
        int before = room.count;
        room.count = Math.min(before, count);
        bytes -= before - room.count;
        if (room.count == 0) {
            rooms.computeIfPresent(room.user, (user, all) -> all.remove(room) && all.isEmpty() ? null : all);
        }
    }

    /** Bytes that were taken, to be given back once. */
    final class Room {

        private final UUID user;
        private final Runnable breakOff;
        private int count;

        private Room(UUID user, int count, Runnable breakOff) {
            this.user = user;
            this.count = count;
            this.breakOff = breakOff;
        }

        /** Gives back what is more than that. */
        void shrinkTo(int bytes) {
            shrink(this, bytes);
        }

        void giveBack() {
            shrink(this, 0);
        }
    }
}
