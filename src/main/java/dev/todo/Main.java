package dev.todo;

import dev.todo.environment.EnvironmentConfigSourceFactory;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Arrays;
import java.util.List;

/**
 * Runs the service until it is told to end; or, with the argument {@code migrate}, migrates the database and exits with 0.
 */
@QuarkusMain
public final class Main {

    private static final int SIGTERM_EXIT_CODE = 128 + 15;

    private static volatile boolean started;

    private Main() {}

    public static void main(String... args) {
        run(() -> {}, args);
    }

    /** As {@link #main}, and does something more after the service has stopped, for whatever reason. */
    public static void run(Runnable lastly, String... args) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(lastly), "end"));
        List<String> arguments = Arrays.asList(args);
        if (arguments.isEmpty()) {
            Quarkus.run(Service.class);
        } else if (arguments.equals(List.of("migrate"))) {
            migrate();
        } else {
            System.err.println("The one argument there is, is migrate: it migrates the database and exits.");
            System.exit(2);
        }
    }

    /** Being asked to end is no failure: with SIGTERM a Java process exits with 143, and the service with 0. */
    private static void end(Runnable lastly) {
        var running = ApplicationLifecycleManager.getCurrentApplication();
        if (started) {
            // Null if it has stopped before this thread got to run.
            if (running != null) {
                running.awaitShutdown();
            }
            halt(lastly, 0);
        } else if (running == null) {
            lastly.run();
        } else {
            // Quarkus would wait for the start to end, and with it for a migration.
            halt(lastly, SIGTERM_EXIT_CODE);
        }
    }

    private static void halt(Runnable lastly, int exitCode) {
        lastly.run();
        System.out.flush();
        Runtime.getRuntime().halt(exitCode);
    }

    private static void migrate() {
        System.setProperty("MIGRATE_AT_START", "true");
        System.setProperty("quarkus.http.host-enabled", "false");
        // Nothing is signed: who migrates need not know the secret.
        EnvironmentConfigSourceFactory.makeUpSecret();
        Quarkus.run(Migrated.class);
    }

    /** Serves until it is told to end. */
    public static final class Service implements QuarkusApplication {

        @Override
        public int run(String... args) {
            started = true;
            Quarkus.waitForExit();
            return 0;
        }
    }

    /** Ends as soon as it has started, since starting migrates. */
    public static final class Migrated implements QuarkusApplication {

        @Override
        public int run(String... args) {
            return 0;
        }
    }
}
