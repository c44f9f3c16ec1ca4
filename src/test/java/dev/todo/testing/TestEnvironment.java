package dev.todo.testing;

import dev.todo.embedded.EmbeddedDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;

/**
 * The environment variables that the service under test is started with. Its database is an embedded one on a throw-away
 * folder, unless {@code DATABASE_URL} is set.
 */
public final class TestEnvironment implements QuarkusTestResourceLifecycleManager {

    /** Known, so that tests can forge tokens with the right key. */
    public static final String JWT_SECRET = "the secret of the tests, which is no secret";

    public static final String CORS_ORIGIN = "https://app.example.org";

    private EmbeddedDatabase database;
    private Path folder;

    @Override
    public Map<String, String> start() {
        String url = System.getenv("DATABASE_URL");
        if (url == null) {
            try {
                folder = Files.createTempDirectory("todo-test");
                database = EmbeddedDatabase.start(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            url = database.url();
        }
        // A system property, since Quarkus loads the tests with another class loader than this.
        System.setProperty("test.database-url", url);
        return Map.of(
                "DATABASE_URL", url,
                "JWT_SECRET", JWT_SECRET,
                "CORS_ORIGINS", CORS_ORIGIN,
                "todo.bcrypt-cost", "10",
                "quarkus.http.read-timeout", "1S");
    }

    @Override
    public void stop() {
        if (database == null) {
            return;
        }
        try {
            database.close();
            try (var paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
