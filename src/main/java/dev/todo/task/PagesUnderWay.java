package dev.todo.task;

import dev.todo.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Keeps large pages that are on their way within the heap, however slowly they are read. Who takes the most room gives way to who
 * takes less, and then whoever has had time to read, so that a few who do not read keep nobody from their lists.
 */
@ApplicationScoped
class PagesUnderWay {

    private static final int MAX_BYTES = 32 << 20;

    /** Who takes no more may have others give way who have had time to read. */
    private static final int FAIR_SHARE = MAX_BYTES / 8;

    /** Time enough for most who do read. */
    private static final Duration TIME_TO_READ = Duration.ofSeconds(2);

    /** For room that is being given back. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** The oldest first. */
    private final Set<Room> rooms = new LinkedHashSet<>();

    private long bytes;

    private final LongSupplier nanoTime;

    PagesUnderWay() {
        this(System::nanoTime);
    }

    PagesUnderWay(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Takes room for a page.
     *
     * @throws ProblemException 503 if there is none, and nobody who gives way
     */
    synchronized Room take(UUID user, int count) {
        var wanted = new Room(user, count);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (missing(wanted) > 0) {
            haveGiveWay(wanted);
            if (missing(wanted) > 0) {
                awaitUntil(end);
            }
        }
        bytes += count;
        rooms.add(wanted);
        return wanted;
    }

    private long missing(Room wanted) {
        return bytes + wanted.count - MAX_BYTES;
    }

    private void awaitUntil(long end) {
        try {
            long left = end - System.nanoTime();
            if (left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw ListMemory.tooMuch();
    }

    /** Has so many give way that there will be room, or nobody. */
    private void haveGiveWay(Room wanted) {
        List<Room> staying = rooms.stream().filter(room -> !room.isGivingWay).toList();
        Map<UUID, Long> held =
                staying.stream().collect(Collectors.toMap(room -> room.user, room -> (long) room.count, Long::sum));
        long own = wanted.count + held.getOrDefault(wanted.user, 0L);
        Set<Room> candidates = staying.stream()
                .filter(room -> room.breakOff != null && !room.user.equals(wanted.user))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<Room> givingWay = new ArrayList<>();
        long missing = missing(wanted)
                - rooms.stream()
                        .filter(room -> room.isGivingWay)
                        .mapToLong(room -> room.count)
                        .sum();
        while (missing > 0) {
            Room next = nextToGiveWay(candidates, held, own);
            candidates.remove(next);
            held.merge(next.user, -(long) next.count, Long::sum);
            missing -= next.count;
            givingWay.add(next);
        }
        givingWay.forEach(room -> {
            room.isGivingWay = true;
            room.breakOff.run();
        });
    }

    /** The oldest of who has the most, and more than who wants it would have; else the oldest of all, for who wants little. */
    private Room nextToGiveWay(Set<Room> candidates, Map<UUID, Long> held, long own) {
        return candidates.stream()
                .filter(room -> held.get(room.user) > own)
                .max(Comparator.comparingLong(room -> held.get(room.user)))
                .or(() -> candidates.stream()
                        .filter(room -> own <= FAIR_SHARE)
                        .filter(room -> nanoTime.getAsLong() - room.writtenAt > TIME_TO_READ.toNanos())
                        .findFirst())
                .orElseThrow(ListMemory::tooMuch);
    }

    /** Bytes that were taken, to be given back once. */
    final class Room {

        private final UUID user;
        private int count;

        /** Null until the page is written: before that, breaking it off would give nothing back. */
        private Runnable breakOff;

        private long writtenAt;
        private boolean isGivingWay;

        private Room(UUID user, int count) {
            this.user = user;
            this.count = count;
        }

        /**
         * Gives back what is more than that, now that the page is written.
         *
         * @param breakingOff has its answer end, so that the rest is given back, too
         */
        void isWritten(int size, Runnable breakingOff) {
            synchronized (PagesUnderWay.this) {
                resize(Math.min(size, count));
                writtenAt = nanoTime.getAsLong();
                breakOff = breakingOff;
            }
        }

        void giveBack() {
            synchronized (PagesUnderWay.this) {
                resize(0);
                rooms.remove(this);
            }
        }

        private void resize(int size) {
            bytes -= count - size;
            count = size;
            PagesUnderWay.this.notifyAll();
        }
    }
}
