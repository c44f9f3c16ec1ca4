package dev.todo.packaged;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.Load;
import dev.todo.testing.ServiceProcess;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                var socket = new Socket();
                socket.setReceiveBufferSize(4096);
                socket.connect(new java.net.InetSocketAddress(
                        "localhost", service.uri("/").getPort()));
                sockets.add(socket);
                socket.getOutputStream()
                        .write(("GET /api/tasks?limit=200 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                                        + "\r\n\r\n")
                                .getBytes(UTF_8));
            }
            String other = service.newToken();
            var end = Instant.now().plusSeconds(10);
            while (Instant.now().isBefore(end)) {
                assertAlive();
                var sent = Instant.now();
                service.client(other).get("/api/tasks").then().statusCode(200).body("items", hasSize(0));
                var took = Duration.between(sent, Instant.now());
                assertTrue(took.toSeconds() < 5, "took " + took);
            }
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    private void assertAlive() {
        var sent = Instant.now();
        service.client().get("/q/health/live").then().statusCode(200);
        var took = Duration.between(sent, Instant.now());
        assertTrue(took.toSeconds() < 2, "liveness took " + took);
    }
}
