package dev.todo.packaged;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sudden ends of the service on its embedded database: what was answered with a 201 is there afterwards. */
class CrashIT {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("JWT_SECRET", "a secret that is long enough for HS256", "TODO_BCRYPT_COST", "10");

    private static final Map<String, String> CREDENTIALS =
            Map.of("email", "ada@example.org", "password", "correct horse battery staple");

    @TempDir
    Path folder;

    @BeforeEach
    void onlyWithAnEmbeddedDatabase() {
        assumeTrue(ServiceProcess.hasEmbeddedDatabase(), "This package has no embedded database");
    }

    @Test
    void tasksSurviveKillsOfTheServiceAndOfTheDatabase() throws Exception {
        String token;
        try (var service = ServiceProcess.start(folder, ENVIRONMENT)) {
            service.client().body(CREDENTIALS).post("/auth/signup").then().statusCode(201);
            token = service.client().body(CREDENTIALS).post("/auth/login").path("access_token");
            createTask(service, token, 1);
            service.kill();
        }
        assertTrue(database().isAlive(), "the database should have outlived the service");

        try (var service = ServiceProcess.start(folder, ENVIRONMENT)) {
            assertTasks(service, token, 1);
            createTask(service, token, 2);
            var database = database();
            service.kill();
            database.destroyForcibly();
            database.onExit().join();
        }

        try (var service = ServiceProcess.start(folder, ENVIRONMENT)) {
            assertTasks(service, token, 2);
            createTask(service, token, 3);
            database().destroyForcibly();
            service.kill();
        }

        ProcessHandle database;
        try (var service = ServiceProcess.start(folder, ENVIRONMENT)) {
            assertTasks(service, token, 3);
            database = database();
        }
        database.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aKillInTheMiddleOfTheFirstStartIsNoHarm() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (var service = ServiceProcess.launch(folder, ENVIRONMENT)) {
                awaitAnyFile(folder.resolve(".data"), "new-*/PG_VERSION");
                service.kill();
            }
        }
        ServiceProcess.start(folder, ENVIRONMENT).close();
        assertTrue(Files.exists(folder.resolve(".data/data/PG_VERSION")));
    }

    @Test
    void twoServicesDoNotShareAFolder() throws Exception {
        try (var first = ServiceProcess.start(folder, ENVIRONMENT);
                var second = ServiceProcess.launch(folder, ENVIRONMENT)) {
            assertEquals(1, second.awaitExit());
            assertTrue(second.output().contains("is in use by another process"), second.output());
            assertEquals(1, second.output().lines().count(), second.output());
            first.client().get("/q/health/ready").then().statusCode(200);
        }
    }

    private static void createTask(ServiceProcess service, String token, int number) {
        service.client()
                .header("Authorization", "Bearer " + token)
                .body(Map.of("title", "task " + number))
                .post("/api/tasks")
                .then()
                .statusCode(201);
    }

    private static void assertTasks(ServiceProcess service, String token, int count) {
        service.client()
                .header("Authorization", "Bearer " + token)
                .get("/api/tasks")
                .then()
                .statusCode(200)
                .body("items.size()", equalTo(count));
    }

    private static void awaitAnyFile(Path folder, String glob) throws IOException {
        var matcher = folder.getFileSystem().getPathMatcher("glob:" + folder + "/" + glob);
        var end = Instant.now().plusSeconds(30);
        while (Instant.now().isBefore(end)) {
            if (Files.exists(folder)) {
                try (var files = Files.find(folder, 2, (path, attributes) -> matcher.matches(path))) {
                    if (files.findAny().isPresent()) {
                        return;
                    }
                } catch (UncheckedIOException e) {
                    // a file came and went
                }
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("no " + glob);
    }

    private ProcessHandle database() throws IOException {
        return PackagedTest.postmaster(folder.resolve(".data"));
    }
}
