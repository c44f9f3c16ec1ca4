package dev.todo.packaged;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who migrates the database, and when: every replica at its start, or a Job before them. */
class MigrationIT extends PackagedTest {

    private static final String BLOCKED = "select 1 from pg_stat_activity where wait_event_type = 'Lock'";

    @Test
    void aReplicaThatDoesNotMigrateIsReadyWhenTheJobHasRun() throws Exception {
        try (var service = launch(Map.of("MIGRATE_AT_START", "false"))) {
            service.awaitStatus("/q/health/live", 200);
            service.client()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(503)
                    .body("checks.find { it.name == 'Database' }.data.reason", equalTo("not migrated"));
            assertEquals(List.of(), database().query("select tablename from pg_tables where schemaname = 'public'"));

            assertEquals(0, migrate());

            service.client().get("/q/health/ready").then().statusCode(200);
            service.client(service.newToken()).get("/api/tasks").then().statusCode(200);
        }
    }

    @Test
    void theJobNeedsNoSecretDoesNotServeAndMayRunAgain() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (var job = ServiceProcess.launch(folder, Map.of("DATABASE_URL", server.url()), "migrate")) {
                assertEquals(0, job.awaitExit(), job.output());
                assertFalse(job.output().contains("Listening on: http"), job.output());
            }
        }
        try (var migrations = Files.list(Path.of("src/main/resources/db/migration"))) {
            assertEquals(
                    List.of(Long.toString(migrations.count())),
                    database().query("select count(*) from flyway_schema_history where success"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"migrate", "serve"})
    void aMigrationMayTakeLongerThanAnyRequest(String mode) throws Exception {
        try (var other = database().connect();
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("create table users ()");
            try (var service = mode.equals("migrate") ? launch(Map.of(), "migrate") : launch(Map.of())) {
                database().await(BLOCKED + " and now() - query_start > interval '8 seconds'");
                other.rollback();
                if (mode.equals("migrate")) {
                    assertEquals(0, service.awaitExit(), service.output());
                } else {
                    service.awaitStatus("/q/health/ready", 200);
                }
            }
        }
    }

    @Test
    void aTerminatedMigrationEndsAtOnceAndLeavesNothing() throws Exception {
        try (var other = database().connect();
                var statement = other.createStatement();
                var job = launch(Map.of(), "migrate")) {
            other.setAutoCommit(false);
            statement.execute("create table users ()");
            database().await(BLOCKED);
            job.terminate();
            assertEquals(143, job.awaitExit());
            other.rollback();
        }
        assertEquals(0, migrate());
    }

    @Test
    void anOlderVersionStartsOnANewerSchema() throws Exception {
        assertEquals(0, migrate());
        database()
                .query(
                        "insert into flyway_schema_history"
                                + " values (99, '99', 'of the future', 'SQL', 'V99__of_the_future.sql', 1, 'postgres', now(), 1, true)");
        start(Map.of()).close();
        start(Map.of("MIGRATE_AT_START", "false")).close();
    }

    @Test
    void aDatabaseOfSomethingElseIsLeftAlone() throws Exception {
        database().query("create table customers (id int)");
        assertEquals(1, migrate());
        assertEquals(
                List.of("customers"), database().query("select tablename from pg_tables where schemaname = 'public'"));
    }

    @Test
    void anotherArgumentIsRefused() throws Exception {
        try (var service = launch(Map.of(), "migrat")) {
            assertEquals(2, service.awaitExit());
            assertTrue(service.output().contains("migrate"), service.output());
            assertEquals(1, service.output().lines().count(), service.output());
        }
    }

    private int migrate() throws IOException, InterruptedException {
        try (var job = launch(Map.of(), "migrate")) {
            return job.awaitExit();
        }
    }
}
