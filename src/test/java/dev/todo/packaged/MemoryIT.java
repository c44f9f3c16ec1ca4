package dev.todo.packaged;

import static dev.todo.testing.RawConnection.lines;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.todo.testing.ServiceProcess;
import dev.todo.testing.UnreadConnections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a flood of large answers takes, all of it: where that is more than the limit of a container, Linux ends the process. */
class MemoryIT extends PackagedTest {

    private static final int CONNECTIONS = 1_900;
    private static final int ROUNDS = 3;
    private static final int FOR_EACH = 15;
    private static final Duration UNREAD = Duration.ofSeconds(10);

    private static final List<String> PATHS = List.of(
            "/q/openapi",
            "/api/tasks?limit=200",
            "/auth/me/export",
            "/q/metrics",
            "/api/tasks?limit=200&sort=title",
            "/api/tasks");

    @Test
    void answersThatNobodyReadsFitIntoTheContainer() throws Exception {
        assumeFalse(ServiceProcess.hasEmbeddedDatabase(), "The manifests are for the native binary.");
        try (var service = start(Map.of())) {
            List<String> tokens = Stream.generate(service::newToken).limit(20).toList();
            database()
                    .query("insert into tasks"
                            + " (id, user_id, title, description, completed, priority, tags, due_all_day, created_at, updated_at)"
                            + " select gen_random_uuid(), users.id, 'Task ' || n, repeat(md5(n::text), 60), false, 1, '{}',"
                            + " false, now(), now() from users, generate_series(1, 2000) n");
            for (int round = 0; round < ROUNDS; round++) {
                try (var connections = new UnreadConnections(service.port(), CONNECTIONS)) {
                    connections.send(i -> requests(tokens.get(i % tokens.size()), i));
                    for (var end = Instant.now().plus(UNREAD); Instant.now().isBefore(end); ) {
                        service.client()
                                .header("Connection", "close")
                                .get("/q/health/live")
                                .then()
                                .statusCode(200);
                    }
                }
                service.awaitStatus("/q/health/ready", 200);
            }
            long most = service.mostMemory();
            long limit = limitOfContainer();
            assertTrue(most < limit, "MiB: %d of %d".formatted(most >> 20, limit >> 20));
        }
    }

    private static String requests(String token, int connection) {
        return IntStream.range(connection, connection + FOR_EACH)
                .mapToObj(i -> lines(
                        "GET " + PATHS.get(i % PATHS.size()) + " HTTP/1.1",
                        "Host: a",
                        "Authorization: Bearer " + token,
                        ""))
                .collect(joining());
    }

    private static long limitOfContainer() throws IOException {
        String manifest = Files.readString(Path.of("src/main/kubernetes/base/deployment.yaml"));
        String limit = manifest.replaceFirst("(?s).*\\blimits:.*?\\bmemory: (\\d+)Mi.*", "$1");
        return Long.parseLong(limit) << 20;
    }
}
