package dev.todo.packaged;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.embedded.EmbeddedDatabase;
import dev.todo.testing.Load;
import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The packaged service and a database that is not there yet, shared, away for a while, or there and silent. */
class DatabaseIT extends PackagedTest {

    private static final int CLIENTS = 16;

    private static final String MANY_CONNECTIONS = "select 1 from pg_stat_activity"
            + " where datname = current_database() and pid <> pg_backend_pid() having count(*) > 4";

    private static final Duration OUTAGE = Duration.ofSeconds(30);

    /** A list waits for others, a request for a connection and then for an answer: see application.properties. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(12);

    private static final Duration RECOVERY = Duration.ofSeconds(2);

    @Test
    void manyReplicasMayStartAtOnceOnAnEmptyDatabaseAndAgain() throws Exception {
        for (int round = 0; round < 2; round++) {
            List<ServiceProcess> replicas = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    replicas.add(launch(Map.of()));
                }
                for (var replica : replicas) {
                    replica.awaitStatus("/q/health/ready", 200);
                }
            } finally {
                replicas.forEach(ServiceProcess::close);
            }
        }
        assertEquals(
                List.of("t"),
                database()
                        .query("select bool_and(success) and count(*) = count(distinct version)"
                                + " from flyway_schema_history"));
    }

    @Test
    void whileTheDatabaseIsAwayTheServiceSaysSo() throws Exception {
        try (var service = start(Map.of())) {
            String token = service.newToken();
            // CORS_ORIGINS is not set: to browsers alone an origin means something
            service.client()
                    .header("Origin", "https://todo.example")
                    .get("/auth/me")
                    .then()
                    .statusCode(401);
            server.close();

            for (int i = 0; i < 5; i++) {
                service.client(token)
                        .get("/api/tasks")
                        .then()
                        .statusCode(503)
                        .time(lessThan(LONGEST_WAIT.toSeconds()), TimeUnit.SECONDS)
                        .contentType("application/problem+json")
                        .header("Retry-After", matchesPattern("\\d+"))
                        .body("status", equalTo(503))
                        .body("detail", containsString("database"));
                service.client()
                        .body(Map.of("email", "ada@example.org", "password", "correct horse battery staple"))
                        .post("/auth/login")
                        .then()
                        .statusCode(503);
            }
            service.client().get("/q/health/live").then().statusCode(200);
            service.client()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(503)
                    .body("checks.find { it.name == 'Database' }.data.reason", equalTo("not reachable"));
        }
    }

    @Test
    void aDatabaseThatIsReadOnlyCanBeRead() throws Exception {
        String token;
        try (var service = start(Map.of())) {
            token = service.newToken();
        }
        database().query("alter role current_user set default_transaction_read_only = on");
        try (var service = start(Map.of("MIGRATE_AT_START", "false"))) {
            service.client(token).get("/api/tasks").then().statusCode(200);
            service.client(token)
                    .body(Map.of("title", "Pay rent"))
                    .post("/api/tasks")
                    .then()
                    .statusCode(503)
                    .header("Retry-After", "2");
        }
    }

    @Test
    void afterARestartOfTheDatabaseNoRequestGetsAConnectionFromBefore() throws Exception {
        try (var service = start(Map.of())) {
            // A user has a few requests under way at most.
            String[] tokens = {service.newToken(), service.newToken(), service.newToken()};
            try (var load = listing(service, tokens)) {
                database().await(MANY_CONNECTIONS);
                assertEquals(Set.of(200), statuses(load));
            }
            int port = server.port();
            server.close();
            server = EmbeddedDatabase.start(folder.resolve("database"), port);
            database().await("select 1 where now() - pg_postmaster_start_time() > interval '1 second'");
            try (var load = listing(service, tokens)) {
                database().await(MANY_CONNECTIONS);
                assertEquals(Set.of(200), statuses(load));
            }
        }
    }

    @Test
    void underLoadAnOutageIsSurvivedAndEndsWithTheDatabasesReturn() throws Exception {
        try (var service = start(Map.of())) {
            String token = service.newToken();
            try (var load = listing(service, token)) {
                int port = server.port();
                server.close();
                var away = Instant.now();
                watch(service, away.plus(OUTAGE));
                server = EmbeddedDatabase.start(folder.resolve("database"), port);
                assertRecovery(service, token, load);
            }
        }
    }

    @Test
    void underLoadAFrozenDatabaseTimesOutAndIsUsedAgainWhenItGoesOn() throws Exception {
        try (var service = start(Map.of())) {
            String token = service.newToken();
            try (var load = listing(service, token)) {
                var postmaster = postmaster(folder.resolve("database"));
                // First, so that it starts no more processes
                signal("STOP", List.of(postmaster));
                var backends = postmaster.descendants().toList();
                signal("STOP", backends);
                var away = Instant.now();
                try {
                    watch(service, away.plus(OUTAGE));
                } finally {
                    signal("CONT", backends);
                    signal("CONT", List.of(postmaster));
                }
                assertRecovery(service, token, load);
            }
        }
    }

    private static Load listing(ServiceProcess service, String... tokens) {
        var next = new AtomicInteger();
        return Load.start(CLIENTS, () -> {
            String token = tokens[next.getAndIncrement() % tokens.length];
            return HttpRequest.newBuilder(service.uri("/api/tasks")).header("Authorization", "Bearer " + token);
        });
    }

    private static Set<Integer> statuses(Load load) throws Exception {
        return load.end().stream().map(Load.Outcome::status).collect(Collectors.toSet());
    }

    /** Without a database the service is alive all the time, but not ready, and does not run out of threads. */
    private static void watch(ServiceProcess service, Instant end) throws IOException {
        int limit = 64 + 30;
        do {
            var sent = Instant.now();
            service.client().get("/q/health/live").then().statusCode(200);
            var took = Duration.between(sent, Instant.now());
            assertTrue(took.toMillis() < 1000, "liveness took " + took);
            service.client().get("/q/health/ready").then().statusCode(503);
            assertTrue(service.threads() < limit, service.threads() + " threads");
        } while (Instant.now().isBefore(end));
    }

    private static void assertRecovery(ServiceProcess service, String token, Load load) throws Exception {
        var back = Instant.now();
        while (Instant.now().isBefore(back.plus(RECOVERY.multipliedBy(2)))) {
            service.client(token).get("/api/tasks");
        }
        service.client().get("/q/health/ready").then().statusCode(200);
        var outcomes = load.end();
        for (var outcome : outcomes) {
            assertTrue(outcome.status() == 200 || outcome.status() == 503, outcome.toString());
            assertTrue(outcome.took().compareTo(LONGEST_WAIT) < 0, outcome.toString());
            if (outcome.status() == 503) {
                assertEquals("application/problem+json", outcome.contentType());
                assertTrue(outcome.sent().isBefore(back.plus(RECOVERY)), "not recovered: " + outcome);
            }
        }
        assertTrue(outcomes.stream().anyMatch(outcome -> outcome.status() == 503));
        assertTrue(
                outcomes.stream()
                        .anyMatch(outcome ->
                                outcome.status() == 200 && outcome.sent().isAfter(back)),
                "never back");
    }

    private static void signal(String name, List<ProcessHandle> processes) throws Exception {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
