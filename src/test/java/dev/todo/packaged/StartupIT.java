package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ServiceProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packaged service refuses to start with: it says so in one line and exits with 1. */
class StartupIT {

    private static final String SECRET = "a secret that is long enough for HS256";

    @TempDir
    Path folder;

    @Test
    void withoutASecret() throws Exception {
        assertTrue(refusal(Map.of()).startsWith("JWT_SECRET is not set"));
        assertTrue(refusal(Map.of("JWT_SECRET", "")).startsWith("JWT_SECRET is not set"));
        assertFalse(folder.resolve(".data").toFile().exists(), "a database was started for nothing");
    }

    @Test
    void withAShortSecret() throws Exception {
        String line = refusal(Map.of("JWT_SECRET", "s3cret".repeat(5)));
        assertEquals("JWT_SECRET is too short: it has 30 bytes, and must have at least 32.", line);
    }

    @Test
    void withAShortSecretAndADatabase() throws Exception {
        assertTrue(refusal(Map.of("JWT_SECRET", "short", "DATABASE_URL", "postgresql://u:p@localhost/db"))
                .startsWith("JWT_SECRET is too short"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://u:s3cret@host/db",
                "postgresql://u:s3cret%@host/db",
                "postgresql://u:s3cret@host:x/db",
                "s3cret"
            })
    void withAMalformedDatabaseUrlWhosePasswordIsNotPrinted(String url) throws Exception {
        String line = refusal(Map.of("JWT_SECRET", SECRET, "DATABASE_URL", url));
        assertTrue(line.startsWith("DATABASE_URL cannot be used: "), line);
        assertFalse(line.contains("s3cret"), line);
    }

    private String refusal(Map<String, String> environment) throws Exception {
        try (var service = ServiceProcess.launch(folder, environment)) {
            assertEquals(1, service.awaitExit());
            List<String> lines = service.output().lines().toList();
            assertEquals(1, lines.size(), service::toString);
            return lines.get(0);
        }
    }
}
