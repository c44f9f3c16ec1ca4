package dev.todo.common;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FairQueueTest {

    private final FairQueue<String> queue = new FairQueue<>(10);

    @Test
    void clientsAreServedInTurnsAndEachInOrder() throws InterruptedException {
        fill("a", 3);
        fill("b", 1);
        fill("c", 2);
        assertEquals(List.of("a1", "b1", "c1", "a2", "c2", "a3"), rest());
    }

    @Test
    void whoComesBackWaitsForTheOthers() throws InterruptedException {
        fill("a", 2);
        fill("b", 1);
        assertEquals(Optional.of("a1"), queue.take());
        fill("c", 1);
        assertEquals(Optional.of("b1"), queue.take());
        queue.add("b", "b2");
        assertEquals(List.of("a2", "c1", "b2"), rest());
    }

    @Test
    void whoHasMostWaitingGivesWayWhenItIsFull() throws InterruptedException {
        fill("a", 4);
        fill("b", 6);
        assertEquals(Optional.of("b6"), queue.add("c", "c1"));
        assertEquals(Optional.of("b5"), queue.add("c", "c2"));
        assertEquals(Optional.of("b5"), queue.add("b", "b5"));
        assertEquals(List.of("a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "a4", "b4"), rest());
    }

    @Test
    void whereAllHaveTheSameTheLastOneIsRefused() throws InterruptedException {
        IntStream.range(0, 10).forEach(i -> fill("client " + i, 1));
        assertEquals(Optional.of("one more"), queue.add("another", "one more"));
        assertEquals(10, rest().size());
    }

    @Test
    void whatIsRemovedLeavesItsPlace() throws InterruptedException {
        fill("a", 10);
        queue.remove("a", "a2");
        queue.remove("a", "a2");
        queue.remove("b", "b1");
        assertEquals(9, queue.count("a"));
        fill("a", 1);
        assertEquals(Optional.of("one more"), queue.add("a", "one more"));
    }

    @Test
    void whatWaitsWhenItIsClosedIsStillTaken() throws InterruptedException {
        fill("a", 1);
        queue.close();
        assertEquals(Optional.of("too late"), queue.add("a", "too late"));
        assertEquals(List.of("a1"), rest());
    }

    /** Adds so many to what a client has. */
    private void fill(String client, int count) {
        IntStream.rangeClosed(1, count).forEach(i -> assertEquals(Optional.empty(), queue.add(client, client + i)));
    }

    private List<String> rest() throws InterruptedException {
        queue.close();
        List<String> rest = new ArrayList<>();
        for (var next = queue.take(); next.isPresent(); next = queue.take()) {
            rest.add(next.get());
        }
        return rest;
    }
}
