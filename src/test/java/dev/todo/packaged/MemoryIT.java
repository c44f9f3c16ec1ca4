package dev.todo.packaged;

import static dev.todo.testing.RawConnection.lines;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.stream.Collectors.joining;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.todo.testing.ServiceProcess;
import dev.todo.testing.UnreadConnections;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a flood of large answers takes, all of it: where that is more than the limit of a container, Linux ends the process. */
class MemoryIT extends PackagedTest {

    private static final int CONNECTIONS = 1_900;
    private static final int ROUNDS = 3;
    private static final int FOR_EACH = 15;
    private static final Duration UNREAD = Duration.ofSeconds(10);

    /** What Linux has of a connection where nobody reads. */
    private static final long SEND_BUFFER = 128 << 10;

    /** What it has where the service does not get to read. */
    private static final long RECEIVE_BUFFER = 64 << 10;

    /** In MiB; the heap ends at 192. */
    private static final double MOST_KEPT = 130;

    private static final Pattern FULL_COLLECTION = Pattern.compile("Pause Full GC .*?->([\\d.]+)M");

    @Test
    void answersThatNobodyReadsFitIntoTheContainer() throws Exception {
        try (var service = startNative()) {
            flood(
                    service,
                    "/q/openapi",
                    "/api/tasks?limit=200",
                    "/auth/me/export",
                    "/q/metrics",
                    "/api/tasks?limit=200&sort=title",
                    "/api/tasks");
            long most = service.mostMemory() + CONNECTIONS * (SEND_BUFFER + RECEIVE_BUFFER);
            long limit = limitOfContainer();
            assertTrue(most < limit, "MiB: %d of %d".formatted(most >> 20, limit >> 20));
        }
    }

    @Test
    void whatIsWrittenIsNotKeptUntilItIsRead() throws Exception {
        try (var service = startNative()) {
            flood(service, "/api/tasks");
            double kept = mostKept(service.output());
            assertTrue(kept < MOST_KEPT, "MiB of heap: " + kept);
        }
    }

    /** What is there does not count for the service's own limits, but does for that of its container. */
    @Test
    void answersThatNobodyReadsDoNotPileUpInTheKernel() throws Exception {
        try (var service = start(Map.of());
                var connections = new UnreadConnections(service.port(), 300)) {
            long before = kernelsBytes();
            connections.send(i -> requests(new String[] {"/q/openapi"}, "", i));
            long most = 0;
            for (var end = Instant.now().plusSeconds(5); Instant.now().isBefore(end); ) {
                assertAlive(service);
                most = Math.max(most, kernelsBytes() - before);
            }
            assertTrue(most < 300 * 2 * SEND_BUFFER, "KiB for each connection: " + ((most / 300) >> 10));
        }
    }

    /** Of connections that are closed Linux keeps what was sent, for as long as the client does not take it, which nobody counts. */
    @ParameterizedTest
    @CsvSource({"true, 1, false", "false, 1, true", "false, 4, false"})
    void whatIsSentToClosedConnectionsIsNotKept(boolean endsConnection, int requests, boolean isHalfClosed)
            throws Exception {
        String request = lines("GET /q/openapi HTTP/1.1", "Host: a", endsConnection ? "Connection: close" : "A: b", "");
        int count = 200;
        try (var service = start(Map.of("TODO_READ_TIMEOUT", "4S"));
                var connections = new UnreadConnections(service.port(), count)) {
            long before = kernelsBytes();
            connections.send(i -> request.repeat(requests));
            awaitKernel(service, bytes -> bytes > before + count * SEND_BUFFER / 4);
            if (isHalfClosed) {
                connections.shutDownOutput();
            }
            awaitKernel(service, bytes -> bytes < before + count * SEND_BUFFER / 10);
        }
    }

    private static void awaitKernel(ServiceProcess service, LongPredicate isRight) throws IOException {
        long bytes = kernelsBytes();
        for (var end = Instant.now().plusSeconds(20); !isRight.test(bytes); bytes = kernelsBytes()) {
            assertAlive(service);
            assertTrue(Instant.now().isBefore(end), "MiB: " + (bytes >> 20));
        }
    }

    /** Where much comes in and is read at once, it makes room for more. */
    @Test
    void whatIsSentToABusyServiceDoesNotPileUpInTheKernel() throws Exception {
        String upload = lines(
                        "POST /nothing HTTP/1.1",
                        "Host: a",
                        "Content-Type: application/json",
                        "Content-Length: 30000",
                        "")
                + "x".repeat(30_000);
        try (var service = start(Map.of());
                var client = SocketChannel.open()) {
            client.setOption(StandardSocketOptions.SO_SNDBUF, 16 << 10);
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.port()));
            for (int i = 0; i < 100; i++) {
                client.write(US_ASCII.encode(upload));
                awaitProblem(client);
            }
            service.pause();
            try {
                long taken = takenWithoutReading(client);
                assertTrue(taken < SEND_BUFFER, "KiB: " + (taken >> 10));
            } finally {
                service.goOn();
            }
        }
    }

    private static void awaitProblem(SocketChannel client) throws IOException {
        var answer = ByteBuffer.allocate(4096);
        do {
            assertTrue(client.read(answer) > 0, "The service has closed the connection");
        } while (answer.get(answer.position() - 1) != '}');
    }

    private static long takenWithoutReading(SocketChannel client) throws IOException {
        client.configureBlocking(false);
        long taken = 0;
        var lastTaken = Instant.now();
        while (Duration.between(lastTaken, Instant.now()).toMillis() < 500) {
            int more = client.write(ByteBuffer.allocate(4096));
            if (more > 0) {
                taken += more;
                lastTaken = Instant.now();
            }
        }
        return taken;
    }

    /** Of all TCP connections, as Linux tells. */
    private static long kernelsBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/net/sockstat")).stream()
                .filter(line -> line.startsWith("TCP:"))
                .mapToLong(line -> Long.parseLong(line.replaceFirst(".* mem ", "")) << 12)
                .findFirst()
                .orElseThrow();
    }

    private ServiceProcess startNative() throws IOException {
        assumeFalse(ServiceProcess.hasEmbeddedDatabase(), "Limits and log are those of the native binary.");
        return launch(Map.of(), "-XX:+PrintGC").awaitStatus("/q/health/ready", 200);
    }

    /** Has each of many connections ask for these again and again, and read nothing. */
    private void flood(ServiceProcess service, String... paths) throws IOException {
        List<String> tokens = Stream.generate(service::newToken).limit(20).toList();
        database()
                .query("insert into tasks"
                        + " (id, user_id, title, description, completed, priority, tags, due_all_day, created_at, updated_at)"
                        + " select gen_random_uuid(), users.id, 'Task ' || n, repeat(md5(n::text), 60), false, 1, '{}',"
                        + " false, now(), now() from users, generate_series(1, 2000) n");
        for (int round = 0; round < ROUNDS; round++) {
            try (var connections = new UnreadConnections(service.port(), CONNECTIONS)) {
                connections.send(i -> requests(paths, tokens.get(i % tokens.size()), i));
                for (var end = Instant.now().plus(UNREAD); Instant.now().isBefore(end); ) {
                    assertAlive(service);
                }
            }
            service.awaitStatus("/q/health/ready", 200);
        }
    }

    /** Leaves no connection open, so that there is room for the next one: the client closes it at the end of what it reads. */
    private static void assertAlive(ServiceProcess service) {
        service.client()
                .header("Connection", "close")
                .get("/q/health/live")
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"));
    }

    private static String requests(String[] paths, String token, int connection) {
        return IntStream.range(connection, connection + FOR_EACH)
                .mapToObj(i -> lines(
                        "GET " + paths[i % paths.length] + " HTTP/1.1",
                        "Host: a",
                        "Authorization: Bearer " + token,
                        ""))
                .collect(joining());
    }

    /** What the garbage collector has left, at most. */
    private static double mostKept(String output) {
        return FULL_COLLECTION
                .matcher(output)
                .results()
                .mapToDouble(collection -> Double.parseDouble(collection.group(1)))
                .max()
                .orElseThrow();
    }

    private static long limitOfContainer() throws IOException {
        String manifest = Files.readString(Path.of("src/main/kubernetes/base/deployment.yaml"));
        String limit = manifest.replaceFirst("(?s).*\\blimits:.*?\\bmemory: (\\d+)Gi.*", "$1");
        return Long.parseLong(limit) << 30;
    }
}
