package dev.todo.packaged;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.todo.embedded.EmbeddedDatabase;
import dev.todo.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service and a database that is not there yet, shared, or away for a while. */
class DatabaseIT {

    private static final Map<String, String> CREDENTIALS =
            Map.of("email", "ada@example.org", "password", "correct horse battery staple");

    @TempDir
    Path folder;

    @Test
    void manyReplicasMayStartAtOnceOnAnEmptyDatabaseAndAgain() throws Exception {
        try (var database = EmbeddedDatabase.start(folder.resolve("database"))) {
            for (int round = 0; round < 2; round++) {
                List<ServiceProcess> replicas = new ArrayList<>();
                try {
                    for (int i = 0; i < 4; i++) {
                        Path directory = Files.createDirectories(folder.resolve("replica" + round + i));
                        replicas.add(ServiceProcess.launch(directory, environment(database.url())));
                    }
                    for (var replica : replicas) {
                        replica.awaitStatus("/q/health/ready", 200);
                    }
                } finally {
                    replicas.forEach(ServiceProcess::close);
                }
            }
            try (var connection = DriverManager.getConnection(
                            "jdbc:" + database.url().replace("postgres@", ""), "postgres", "");
                    var statement = connection.createStatement();
                    var row = statement.executeQuery("select count(*) from flyway_schema_history where success")) {
                row.next();
                assertEquals(1, row.getInt(1));
            }
        }
    }

    @Test
    void whileTheDatabaseIsAwayTheServiceSaysSoAndIsBackWithIt() throws Exception {
        Path data = folder.resolve("database");
        var database = EmbeddedDatabase.start(data);
        try (var service = ServiceProcess.start(folder, environment(database.url()))) {
            service.client().body(CREDENTIALS).post("/auth/signup").then().statusCode(201);
            String token =
                    service.client().body(CREDENTIALS).post("/auth/login").path("access_token");
            // CORS_ORIGINS is not set: to browsers alone an origin means something
            service.client()
                    .header("Origin", "https://todo.example")
                    .get("/auth/me")
                    .then()
                    .statusCode(401);
            int port = database.port();
            database.close();

            for (int i = 0; i < 5; i++) {
                service.client()
                        .header("Authorization", "Bearer " + token)
                        .get("/api/tasks")
                        .then()
                        .statusCode(503)
                        .time(lessThan(10L), TimeUnit.SECONDS)
                        .contentType("application/problem+json")
                        .header("Retry-After", matchesPattern("\\d+"))
                        .body("status", equalTo(503))
                        .body("detail", containsString("database"));
                service.client().body(CREDENTIALS).post("/auth/login").then().statusCode(503);
            }
            service.client().get("/q/health/live").then().statusCode(200);
            service.client().get("/q/health/ready").then().statusCode(503);

            database = EmbeddedDatabase.start(data, port);
            service.awaitStatus("/q/health/ready", 200);
            service.client()
                    .header("Authorization", "Bearer " + token)
                    .body(Map.of("title", "after"))
                    .post("/api/tasks")
                    .then()
                    .statusCode(201);
        } finally {
            database.close();
        }
    }

    private static Map<String, String> environment(String url) {
        return Map.of(
                "DATABASE_URL", url, "JWT_SECRET", "a secret that is long enough for HS256", "TODO_BCRYPT_COST", "10");
    }
}
