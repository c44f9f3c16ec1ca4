package dev.todo.testing;

import dev.todo.embedded.EmbeddedDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * The environment variables that the service under test is started with. Its database is an embedded one on a throw-away
 * folder, unless {@code DATABASE_URL} is set.
 */
public final class TestEnvironment implements QuarkusTestResourceLifecycleManager {

    /** Known, so that tests can forge tokens with the right key. */
    public static final String JWT_SECRET = "the secret of the tests, which is no secret";

    public static final String CORS_ORIGIN = "https://app.example.org";
    public static final String PUBLIC_ORIGIN = "https://todo.example.org";

    private EmbeddedDatabase database;
    private Path folder;
    private Mailbox mailbox;

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
        try {
            mailbox = Mailbox.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> environment = new HashMap<>(mailbox.environment());
        environment.putAll(Map.ofEntries(
                Map.entry("DATABASE_URL", url),
                Map.entry("JWT_SECRET", JWT_SECRET),
                Map.entry("CORS_ORIGINS", CORS_ORIGIN),
                Map.entry("TRUSTED_PROXIES", "127.0.0.1,::1"),
                Map.entry("todo.bcrypt-cost", "10"),
                Map.entry("quarkus.http.read-timeout", "1S"),
                Map.entry("todo.head-timeout", "2S"),
                Map.entry("todo.read-timeout", "2S"),
                Map.entry("todo.body-timeout", "2S"),
                Map.entry("todo.unanswered-bytes", "2M"),
                Map.entry("PUBLIC_URL", PUBLIC_ORIGIN + "/")));
        return environment;
    }

    @Override
    public void stop() {
        try {
            mailbox.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
