package dev.todo.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.todo.fuzz.Wire.Answer;
import dev.todo.testing.Dice;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Many generated requests over some connections, and the answers to all of them looked at. */
final class Volley {

    /** As many requests are under way at once. */
    static final int CONNECTIONS = 8;

    /** More than these are no accident. */
    private static final int MAX_UNAVAILABLE = 10;

    private final String name;
    private final URI service;
    private final Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();

    /**
     * What is wrong with an answer.
     *
     * @param kind what it would have in common with a shorter request that fails
     * @param detail what it is this time
     */
    record Fault(String kind, String detail) {}

    private record Failure(int number, Request request, Fault fault) {}

    /** Looks at what an acceptable answer has come of. */
    @FunctionalInterface
    interface Aftermath {

        Aftermath NONE = (wire, number, request, answer) -> null;

        /** Null if all is in order. The requests of a connection have numbers that are equal modulo {@link #CONNECTIONS}. */
        Fault look(Wire wire, int number, Request request, Answer answer) throws IOException;
    }

    Volley(String name, URI service) {
        this.name = name;
        this.service = service;
    }

    /** Sends that many requests, and fails with the smallest that got an answer which it must not. */
    Volley fire(int count, Function<Dice, Request> generator, Aftermath aftermath)
            throws InterruptedException, ExecutionException {
        var start = Instant.now();
        var threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                int first = i;
                ends.add(threads.submit(() -> {
                    send(first, count, generator, aftermath);
                    return null;
                }));
            }
            for (var end : ends) {
                end.get();
            }
        } finally {
            threads.shutdownNow();
        }
        if (!failures.isEmpty()) {
            fail(report());
        }
        long millis = Duration.between(start, Instant.now()).toMillis();
        System.out.printf(
                "Fuzz: %,d %s in %.1f s, %,d/s, answered %s; -Dfuzz.seed=%d%n",
                count, name, millis / 1000.0, count * 1000L / millis, new TreeMap<>(statuses), Dice.SEED);
        assertTrue(count(503) <= MAX_UNAVAILABLE, () -> "503 " + count(503) + " times");
        return this;
    }

    /** How many were answered like that. */
    int count(int status) {
        return statuses.getOrDefault(status, new AtomicInteger()).get();
    }

    private void send(int first, int count, Function<Dice, Request> generator, Aftermath aftermath) throws IOException {
        try (var wire = new Wire(service)) {
            for (int number = first; number < count && failures.isEmpty(); number += CONNECTIONS) {
                Request request = generator.apply(new Dice(name, number));
                Fault fault = tryOut(wire, number, request, aftermath);
                if (fault != null) {
                    failures.add(new Failure(number, request, fault));
                }
            }
        }
    }

    private Fault tryOut(Wire wire, int number, Request request, Aftermath aftermath) throws IOException {
        Answer answer;
        try {
            answer = wire.send(request);
        } catch (IOException e) {
            return new Fault("no answer", e.toString());
        }
        statuses.computeIfAbsent(answer.status(), status -> new AtomicInteger()).incrementAndGet();
        Fault fault = fault(request, answer);
        return fault == null ? aftermath.look(wire, number, request, answer) : fault;
    }

    private static Fault fault(Request request, Answer answer) {
        int status = answer.status();
        boolean unavailable = status == 503 && answer.headers().containsKey("retry-after");
        if (!unavailable && !request.allowed().contains(status)) {
            return new Fault(
                    "status " + status + ", not one of " + new TreeSet<>(request.allowed()), answer.toString());
        }
        JsonNode document;
        try {
            document = answer.json();
        } catch (IOException e) {
            return new Fault("no JSON in an answer with status " + status, answer.toString());
        }
        if (status >= 400 && !isProblem(answer, document)) {
            return new Fault("no problem document in an answer with status " + status, answer.toString());
        }
        return null;
    }

    private static boolean isProblem(Answer answer, JsonNode document) {
        for (var error : document.path("errors")) {
            if (!error.path("field").isTextual()
                    || error.path("message").asText("").isBlank()) {
                return false;
            }
        }
        return answer.header("content-type").startsWith("application/problem+json")
                && document.path("status").asInt() == answer.status()
                && !document.path("type").asText("").isBlank()
                && !document.path("title").asText("").isBlank()
                && !document.path("detail").asText("").isBlank();
    }

    /** A failure of each kind. */
    private String report() {
        Map<String, Failure> kinds = new TreeMap<>();
        failures.forEach(failure -> kinds.putIfAbsent(failure.fault.kind(), failure));
        var report = new StringBuilder("%s fail; again with -Dfuzz.seed=%d".formatted(name, Dice.SEED));
        for (var failure : kinds.values()) {
            try (var wire = new Wire(service)) {
                // What should have been refused may be all right when it is shorter.
                Request smallest = failure.fault.kind().contains("status 2")
                        ? failure.request
                        : failure.request.smallest(request -> failsLike(failure, wire, request));
                report.append("%n%nNumber %d: %s%n%s%nis answered%n%s"
                        .formatted(failure.number, failure.fault.kind(), smallest.command(), failure.fault.detail()));
            }
        }
        return report.toString();
    }

    private static boolean failsLike(Failure failure, Wire wire, Request request) {
        Fault fault;
        try {
            fault = fault(request, wire.send(request));
        } catch (IOException e) {
            fault = new Fault("no answer", e.toString());
        }
        return fault != null && fault.kind().equals(failure.fault.kind());
    }
}
