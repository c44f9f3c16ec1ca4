package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ServiceProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Without a place for temporary files, as in a container whose root file system is read-only. */
class ReadOnlyIT extends PackagedTest {

    /** Even root makes no files there. */
    private static final String NO_TEMPORARY_FILES = "-Djava.io.tmpdir=/proc";

    @Test
    void theServiceMigratesAndServesAndEnds() throws Exception {
        try (var migration = launchWithoutTemporaryFiles("migrate")) {
            assertEquals(0, migration.awaitExit(), migration.output());
        }
        try (var service = launchWithoutTemporaryFiles()) {
            service.awaitStatus("/q/health/ready", 200);
            String token = service.newToken();
            service.client(token).get("/api/tasks").then().statusCode(200);
            service.client().get("/q/openapi").then().statusCode(200);
            String page = service.client().get("/").asString();
            var bundled = Pattern.compile("/static/bundle/[\\w.-]+").matcher(page);
            assertTrue(bundled.find(), page);
            service.client().get(bundled.group()).then().statusCode(200);
            service.client().get("/nowhere").then().statusCode(404);
            service.terminate();
            assertEquals(0, service.awaitExit(), service.output());
        }
    }

    private ServiceProcess launchWithoutTemporaryFiles(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!ServiceProcess.hasEmbeddedDatabase()) {
            all.add(0, NO_TEMPORARY_FILES);
        }
        return launch(Map.of("JAVA_TOOL_OPTIONS", NO_TEMPORARY_FILES), all.toArray(String[]::new));
    }
}
