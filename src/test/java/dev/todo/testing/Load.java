package dev.todo.testing;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Several clients at once, each of which sends its next request when it has got an answer. */
public final class Load implements AutoCloseable {

    /** What came of a request: an answer, with its body if it tells of a failure, or none. */
    public record Outcome(
            Instant sent, Duration took, int status, String contentType, String body, Exception failure) {}

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads;
    private final List<Future<List<Outcome>>> outcomes = new ArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean ended;

    private Load(int clients) {
        threads = Executors.newFixedThreadPool(clients);
    }

    public static Load start(int clients, Supplier<HttpRequest.Builder> requests) {
        var load = new Load(clients);
        for (int i = 0; i < clients; i++) {
            load.outcomes.add(load.threads.submit(() -> load.send(requests)));
        }
        return load;
    }

    private List<Outcome> send(Supplier<HttpRequest.Builder> requests) throws InterruptedException {
        List<Outcome> all = new ArrayList<>();
        while (!ended) {
            var sent = Instant.now();
            count.incrementAndGet();
            try {
                var response = client.send(requests.get().timeout(PATIENCE).build(), BodyHandlers.ofString());
                all.add(new Outcome(
                        sent,
                        Duration.between(sent, Instant.now()),
                        response.statusCode(),
                        response.headers().firstValue("Content-Type").orElse(""),
                        response.statusCode() < 300 ? "" : response.body(),
                        null));
            } catch (java.io.IOException e) {
                all.add(new Outcome(sent, Duration.between(sent, Instant.now()), 0, "", "", e));
            }
        }
        return all;
    }

    /** How many requests have been sent. */
    public int count() {
        return count.get();
    }

    /** Lets every client finish its request, and tells what came of all of them. */
    public List<Outcome> end() throws InterruptedException, ExecutionException {
        ended = true;
        List<Outcome> all = new ArrayList<>();
        for (var outcome : outcomes) {
            all.addAll(outcome.get());
        }
        return all;
    }

    @Override
    public void close() {
        ended = true;
        threads.shutdownNow();
    }
}
