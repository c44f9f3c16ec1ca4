package dev.todo.embedded;

import dev.todo.Main;
import dev.todo.environment.EnvironmentConfigSourceFactory;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Starts the service, and without a {@code DATABASE_URL} a PostgreSQL of its own before: its data stays in the folder
 * {@code .data} of the directory that the service was started in.
 */
@QuarkusMain(name = "embedded")
public final class EmbeddedMain {

    private static final Path FOLDER = Path.of(".data");

    private EmbeddedMain() {}

    public static void main(String... args) {
        // RoutingProblems does it, with an answer that has a body.
        System.setProperty("vertx.disableURIValidation", "true");
        Runnable stopDatabase = () -> {};
        try {
            // The service checks both too, but a JVM has logged other lines by then.
            if (isPackaged() && args.length == 0) {
                EnvironmentConfigSourceFactory.checkSecret(setting("JWT_SECRET"));
            }
            // A hot reload runs this again; the property that was set the first time is still there then.
            String url = setting("DATABASE_URL");
            if (url == null || url.isBlank()) {
                stopDatabase = startDatabase();
            } else {
                EnvironmentConfigSourceFactory.checkDatabaseUrl(url);
            }
        } catch (ConfigurationException | IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
        if (isPackaged()) {
            Main.run(stopDatabase, args);
        } else {
            Runtime.getRuntime().addShutdownHook(new Thread(stopDatabase, "embedded-postgres-stop"));
            Quarkus.run(args);
        }
    }

    /** {@link io.quarkus.runtime.LaunchMode} is not set before Quarkus runs; in development, its class loader is. */
    private static boolean isPackaged() {
        return !EmbeddedMain.class.getClassLoader().getClass().getSimpleName().equals("QuarkusClassLoader");
    }

    private static String setting(String name) {
        return System.getProperty(name, System.getenv(name));
    }

    private static Runnable startDatabase() throws IOException {
        var database = EmbeddedDatabase.start(FOLDER.toAbsolutePath());
        System.setProperty("DATABASE_URL", database.url());
        return () -> {
            try {
                database.close();
            } catch (IOException e) {
                System.err.println("The embedded PostgreSQL did not stop: " + e.getMessage());
            }
        };
    }
}
