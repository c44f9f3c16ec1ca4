package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.Load;
import dev.todo.testing.ServiceProcess;
import dev.todo.testing.StuckMailServer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** SIGTERM, as a roll-out or a smaller replica count brings it: nobody's request fails. */
class TerminationIT extends PackagedTest {

    @Test
    void underLoadNoRequestFails() throws Exception {
        var delay = Duration.ofSeconds(3);
        try (var service = start(Map.of("SHUTDOWN_DELAY", delay.toSeconds() + "S"))) {
            String token = service.newToken();
            try (var load = Load.start(
                    16,
                    () -> HttpRequest.newBuilder(service.uri("/api/tasks"))
                            .header("Authorization", "Bearer " + token)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{\"title\": \"Pay rent\"}")))) {
                database().await("select 1 from tasks offset 500");
                var terminated = Instant.now();
                service.terminate();
                service.awaitStatus("/q/health/ready", 503);
                var unready = Instant.now();
                assertTrue(Duration.between(terminated, unready).compareTo(Duration.ofSeconds(1)) < 0);
                // What a load balancer needs to learn of it
                while (Instant.now().isBefore(terminated.plus(delay.dividedBy(2)))) {
                    service.client(token).get("/api/tasks?limit=1").then().statusCode(200);
                }
                var outcomes = load.end();
                assertEquals(0, service.awaitExit(), service.output());
                var took = Duration.between(terminated, Instant.now());
                assertTrue(took.compareTo(delay.plusSeconds(5)) < 0, "took " + took);
                for (var outcome : outcomes) {
                    assertEquals(201, outcome.status(), outcome.toString());
                }
                assertTrue(
                        outcomes.stream().anyMatch(outcome -> outcome.sent().isAfter(unready)),
                        "nothing was asked during the delay");
                assertEquals(
                        String.valueOf(outcomes.size()),
                        database().query("select count(*) from tasks").get(0));
            }
        }
    }

    @Test
    void whatIsUnderWayMayEnd() throws Exception {
        try (var service = start(Map.of())) {
            String token = service.newToken();
            String id = service.client(token)
                    .body(Map.of("title", "Pay rent"))
                    .post("/api/tasks")
                    .path("id");
            try (var other = database().connect();
                    var statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("select from tasks for update");
                var patch = CompletableFuture.supplyAsync(() -> service.client(token)
                        .body(Map.of("title", "Rent paid"))
                        .patch("/api/tasks/" + id)
                        .statusCode());
                database().await("select 1 from pg_stat_activity where wait_event_type = 'Lock'");
                service.terminate();
                service.awaitOutput("Waiting for HTTP requests to complete");
                assertFalse(patch.isDone());
                other.rollback();
                assertEquals(200, patch.get());
                assertEquals(0, service.awaitExit(), service.output());
            }
        }
    }

    @Test
    void mailsThatAreWaitingAreSent() throws Exception {
        try (var mailServer = StuckMailServer.after(0);
                var service = startWith(mailServer)) {
            service.terminate();
            awaitUnready(service);
            mailServer.goOn();
            assertEquals(0, service.awaitExit(), service.output());
            assertEquals(3, mailServer.mails(), service.output());
        }
    }

    @Test
    void mailsThatNobodyTakesAreWaitedForBrieflyAndCounted() throws Exception {
        try (var mailServer = StuckMailServer.after(0);
                var service = startWith(mailServer)) {
            var terminated = Instant.now();
            service.terminate();
            assertEquals(0, service.awaitExit(), service.output());
            var took = Duration.between(terminated, Instant.now());
            assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, "took " + took);
            service.awaitOutput("Mails that were waiting for the mail server are dropped: 1");
        }
    }

    private static void awaitUnready(ServiceProcess service) {
        try {
            while (service.client().get("/q/health/ready").statusCode() == 200) {
                Thread.onSpinWait();
            }
        } catch (Exception e) {
            // It does not listen any more.
        }
    }

    /** With two mails under way and one that waits. */
    private ServiceProcess startWith(StuckMailServer mailServer) throws Exception {
        var service = start(mailServer.environment());
        for (int i = 0; i < 3; i++) {
            service.newToken();
        }
        mailServer.awaitClients();
        return service;
    }
}
