package dev.todo.common;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * What waits for several clients, who are served in turns, and each in order. When it is full, whoever has most waiting
 * gives way, so that few clients cannot keep another out.
 */
public final class FairQueue<E> {

    private static final Logger LOG = Logger.getLogger(FairQueue.class);

    private final int capacity;

    /** None of them is empty; the next in turn is the first. */
    private final Map<String, Deque<E>> waiting = new LinkedHashMap<>();

    private int size;
    private boolean isClosed;

    public FairQueue(int capacity) {
        this.capacity = capacity;
    }

    /** The element that there is no room for, if any: this one, or the newest of a client who has more waiting. */
    public synchronized Optional<E> add(String client, E element) {
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

    /** Starts threads that take what comes, until the queue is closed and nothing is left, or they are interrupted. */
    public List<Thread> startThreads(int count, String name, Consumer<E> consumer) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var thread = new Thread(() -> consume(consumer), name);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private void consume(Consumer<E> consumer) {
        try {
            for (var next = take(); next.isPresent(); next = take()) {
                try {
                    consumer.accept(next.get());
                } catch (RuntimeException | Error e) {
                    // The others wait for this thread.
                    LOG.errorf(
                            e,
                            "What waited for a %s has failed",
                            Thread.currentThread().getName());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
    public synchronized boolean remove(String client, E element) {
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

    public synchronized int count(String client) {
        return waiting.containsKey(client) ? waiting.get(client).size() : 0;
    }

    /** Empties it, and tells how many were waiting. */
    public synchronized int clear() {
        int count = size;
        waiting.clear();
        size = 0;
        return count;
    }

    /** Takes no more; what is there can still be taken. */
    public synchronized void close() {
        isClosed = true;
        notifyAll();
    }
}
