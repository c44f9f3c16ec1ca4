package dev.todo.packaged;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.Load;
import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists as large as the contract allows, some megabytes each, asked for by many at once: memory and threads hold out. */
class LargeListIT extends PackagedTest {

    private static final int TASKS = 200;

    /** Four bytes in UTF-8, and two characters in Java. */
    private static final String LARGEST_DESCRIPTION = "\uD83D\uDE00".repeat(10_000);

    private ServiceProcess service;
    private String token;

    @BeforeEach
    void makeLargeTasks() throws Exception {
        // The native binary has its own limit.
        service = start(Map.of("JAVA_TOOL_OPTIONS", "-Xmx192m"));
        token = service.newToken();
        for (int i = 0; i < TASKS; i++) {
            service.client(token)
                    .body(Map.of("title", "Task " + i, "description", LARGEST_DESCRIPTION))
                    .post("/api/tasks")
                    .then()
                    .statusCode(201);
        }
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    @Test
    void manyReadersOfThemAreServed() throws Exception {
        try (var load = Load.start(
                16,
                () -> HttpRequest.newBuilder(service.uri("/api/tasks?limit=200"))
                        .header("Authorization", "Bearer " + token))) {
            var end = Instant.now().plusSeconds(15);
            while (Instant.now().isBefore(end)) {
                assertAlive();
            }
            var outcomes = load.end();
            for (var outcome : outcomes) {
                assertTrue(outcome.status() == 200 || outcome.status() == 503, outcome + "\n" + service.output());
                assertEquals(
                        outcome.status() == 200 ? "application/json;charset=UTF-8" : "application/problem+json",
                        outcome.contentType());
            }
            assertTrue(
                    outcomes.stream().filter(outcome -> outcome.status() == 200).count() > 16);
            service.client(token)
                    .get("/api/tasks?limit=200")
                    .then()
                    .statusCode(200)
                    .body("items", hasSize(TASKS));
        }
    }

    @Test
    void whoAsksAndDoesNotReadKeepsNobodyWaiting() throws Exception {
        askAndDoNotRead(token, 100, 1);
    }

    /** As characters they are few: a control character takes six bytes (RFC 8259, section 7). */
    @Test
    void pagesOfEscapesThatNobodyReadsFillNoMemory() throws Exception {
        String escapes = "\u0001".repeat(48);
        var task = Map.of(
                "title", "x" + "\u0001".repeat(199),
                "description", "x" + "\u0001".repeat(119),
                "tags", IntStream.range(0, 20).mapToObj(i -> escapes + i).toList());
        String reader = service.newToken();
        for (int i = 0; i < TASKS; i++) {
            service.client(reader).body(task).post("/api/tasks").then().statusCode(201);
        }
        askAndDoNotRead(reader, 60, 8);
        assertFalse(service.output().contains("OutOf"), service.output());
    }

    private void askAndDoNotRead(String reader, int connections, int requests) throws Exception {
        String request = get("/api/tasks?limit=200", reader);
        try (var readers = new Readers(connections)) {
            readers.ask(request.repeat(requests));
            String other = service.newToken();
            var end = Instant.now().plusSeconds(10);
            while (Instant.now().isBefore(end)) {
                assertAlive();
                assertServed(other);
            }
        }
    }

    @Test
    void whoAsksForAllTheRoomAndDoesNotReadKeepsNobodyFromTheirTasksOrThePage() throws Exception {
        String other = service.newToken();
        for (int i = 0; i < 50; i++) {
            service.client(other)
                    .body(Map.of("title", "Task " + i, "description", "x".repeat(1_000)))
                    .post("/api/tasks")
                    .then()
                    .statusCode(201);
        }
        String script = service.client().get("/").body().asString().replaceAll("(?s).*src=\"([^\"]*)\".*", "$1");
        try (var readers = new Readers(12)) {
            for (int i = 0; i < 3; i++) {
                readers.ask(get("/api/tasks?limit=200", token));
                for (int j = 0; j < 10; j++) {
                    service.client(other)
                            .get("/api/tasks?limit=50")
                            .then()
                            .statusCode(200)
                            .body("items", hasSize(50));
                    service.client().get(script).then().statusCode(200);
                }
            }
        }
    }

    /**
     * More than the heap takes, if each page counted only from when it is written, or until it is broken off, or if connections
     * counted only from when their first bytes are read.
     */
    @Test
    void theLargestPagesOfFourUsersWhoAskAgainAndAgainEndNothing() throws Exception {
        List<String> tokens = List.of(service.newToken(), service.newToken(), service.newToken(), service.newToken());
        database()
                .query(
                        "insert into tasks select gen_random_uuid(), users.id, 'x' || repeat(chr(1), 199), repeat(chr(1), 10000),"
                                + " false, 1, (select array_agg(repeat(chr(1), 48) || n) from generate_series(10, 29) n), null, false,"
                                + " null, now(), now() from users, generate_series(1, 200)");
        String other = service.newToken();
        Deque<Readers> waves = new ArrayDeque<>();
        try {
            var end = Instant.now().plusSeconds(15);
            while (Instant.now().isBefore(end)) {
                for (String each : tokens) {
                    var readers = new Readers(30);
                    waves.add(readers);
                    readers.ask(get("/api/tasks?limit=200", each));
                }
                while (waves.size() > 40) {
                    waves.remove().close();
                }
            }
        } finally {
            for (var readers : waves) {
                readers.close();
            }
        }
        awaitServed(other);
        assertFalse(service.output().contains("OutOf"), service.output());
    }

    /** More than there are threads, and more answers than a connection takes in. */
    @Test
    void whoAsksForALargeTaskAndDoesNotReadKeepsNoThread() throws Exception {
        String task = service.client(token)
                .body(Map.of("title", "x", "description", "\u0001".repeat(9_999) + "x"))
                .post("/api/tasks")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        String other = service.newToken();
        try (var readers = new Readers(70)) {
            for (int i = 0; i < 12; i++) {
                readers.ask(get("/api/tasks/" + task, token).repeat(5));
                assertServed(other);
            }
        }
        assertServed(other);
    }

    @Test
    void anExportLargerThanTheMemoryIsWritten() throws Exception {
        database()
                .query(
                        "insert into tasks select gen_random_uuid(), (select min(user_id::text)::uuid from tasks), 'x', ?,"
                                + " false, 1, '{}', null, false, null, now(), now() from generate_series(1, 6000) n",
                        LARGEST_DESCRIPTION);
        var request = HttpRequest.newBuilder(service.uri("/auth/me/export"))
                .header("Authorization", "Bearer " + token)
                .build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
        try (var export = answer.body()) {
            assertEquals(200, answer.statusCode());
            long bytes = export.transferTo(OutputStream.nullOutputStream());
            assertTrue(bytes > 6_200L * 40_000, bytes + " bytes\n" + service.output());
        }
    }

    @Test
    void whoGoesInTheMiddleOfAnExportIsNoFault() throws Exception {
        try (var readers = new Readers(1)) {
            readers.ask(get("/auth/me/export", token));
            readers.awaitAnswer();
        }
        var end = Instant.now().plusSeconds(20);
        int status = service.client(token).get("/auth/me/export").statusCode();
        while (status == 503 && Instant.now().isBefore(end)) {
            status = service.client(token).get("/auth/me/export").statusCode();
        }
        assertEquals(200, status);
        assertFalse(service.output().contains("ERROR"), service.output());
    }

    /** A native image keeps what is interned for ever. */
    @Test
    void namesOfFieldsThatAnybodyMakesUpAreNotKept() throws Exception {
        try (var load = Load.start(
                2,
                () -> HttpRequest.newBuilder(service.uri("/auth/login"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(IntStream.range(0, 480)
                                .mapToObj(i -> "\"%s\":1"
                                        .formatted("%s-%d-"
                                                .formatted(UUID.randomUUID(), i)
                                                .repeat(2)))
                                .collect(Collectors.joining(",", "{", "}")))))) {
            var end = Instant.now().plusSeconds(60);
            while (load.count() < 4_000 && Instant.now().isBefore(end)) {
                assertAlive();
            }
            for (var outcome : load.end()) {
                assertEquals(400, outcome.status(), outcome + "\n" + service.output());
            }
        }
        assertFalse(service.output().contains("OutOf"), service.output());
    }

    private static String get(String path, String token) {
        return "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n".formatted(path, token);
    }

    private void assertServed(String other) {
        var sent = Instant.now();
        service.client(other).get("/api/tasks").then().statusCode(200).body("items", hasSize(0));
        var took = Duration.between(sent, Instant.now());
        assertTrue(took.toSeconds() < 5, "took " + took);
    }

    /** Once there is room for a connection again. */
    private void awaitServed(String other) throws Exception {
        var end = Instant.now().plusSeconds(20);
        while (true) {
            try {
                assertServed(other);
                return;
            } catch (AssertionError | Exception e) {
                if (Instant.now().isAfter(end)) {
                    throw e;
                }
            }
        }
    }

    private void assertAlive() {
        var sent = Instant.now();
        service.client().get("/q/health/live").then().statusCode(200);
        var took = Duration.between(sent, Instant.now());
        assertTrue(took.toSeconds() < 2, "liveness took " + took);
    }

    /** Connections on which much is asked for and nothing read. */
    private final class Readers implements AutoCloseable {

        private final List<Socket> sockets = new ArrayList<>();

        private Readers(int count) throws IOException {
            for (int i = 0; i < count; i++) {
                var socket = new Socket();
                socket.setReceiveBufferSize(4096);
                socket.connect(
                        new InetSocketAddress("localhost", service.uri("/").getPort()));
                sockets.add(socket);
            }
        }

        private void ask(String requests) {
            for (var socket : sockets) {
                try {
                    socket.getOutputStream().write(requests.getBytes(UTF_8));
                } catch (IOException e) {
                    // The service has closed the connection, as it may.
                }
            }
        }

        private void awaitAnswer() throws IOException {
            for (var socket : sockets) {
                assertEquals('H', socket.getInputStream().read());
            }
        }

        @Override
        public void close() throws IOException {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }
}
