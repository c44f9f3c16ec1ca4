package dev.todo.password;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What waits for several clients, who are served in turns, and each in order. When it is full, whoever has most waiting
 * gives way, so that few clients cannot keep another out.
 */
final class FairQueue<E> {

    private final int capacity;

    /** None of them is empty; the next in turn is the first. */
    private final Map<String, Deque<E>> waiting = new LinkedHashMap<>();

    private int size;
    private boolean isClosed;

    FairQueue(int capacity) {
        this.capacity = capacity;
    }

    /** The element that there is no room for, if any: this one, or the newest of a client who has more waiting. */
    synchronized Optional<E> add(String client, E element) {
        if (isClosed) {
            return Optional.of(element);
        }
        waiting.computeIfAbsent(client, name -> new ArrayDeque<>()).add(element);
        size++;
        notifyAll();
        return size > capacity ? Optional.of(removeNewest(withMost(client))) : Optional.empty();
    }

    /** The client with most waiting; of several, this one, or else the next in turn. */
    private String withMost(String client) {
        String most = client;
        for (String other : waiting.keySet()) {
            if (count(other) > count(most)) {
                most = other;
            }
        }
        return most;
    }

    private E removeNewest(String client) {
        E newest = waiting.get(client).removeLast();
        removed(client);
        return newest;
    }

    /** Waits for an element; empty when the queue is closed and nothing is left. */
    synchronized Optional<E> take() throws InterruptedException {
        while (size == 0) {
            if (isClosed) {
                return Optional.empty();
            }
            wait();
        }
        String client = waiting.keySet().iterator().next();
        Deque<E> elements = waiting.remove(client);
        E next = elements.remove();
        // To the end
        waiting.put(client, elements);
        removed(client);
        return Optional.of(next);
    }

    /** False if it is not waiting any more. */
    synchronized boolean remove(String client, E element) {
        boolean isRemoved = waiting.containsKey(client) && waiting.get(client).remove(element);
        if (isRemoved) {
            removed(client);
        }
        return isRemoved;
    }

    private void removed(String client) {
        size--;
        if (count(client) == 0) {
            waiting.remove(client);
        }
    }

    synchronized int count(String client) {
        return waiting.containsKey(client) ? waiting.get(client).size() : 0;
    }

    /** Takes no more; what is there can still be taken. */
    synchronized void close() {
        isClosed = true;
        notifyAll();
    }
}
