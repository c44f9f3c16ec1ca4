package dev.todo.packaged;

import dev.todo.embedded.EmbeddedDatabase;
import dev.todo.testing.Database;
import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that start the packaged service themselves, on a PostgreSQL that is theirs alone. */
abstract class PackagedTest {

    @TempDir
    Path folder;

    EmbeddedDatabase server;

    @BeforeEach
    void startServer() throws IOException {
        server = EmbeddedDatabase.start(folder.resolve("database"));
    }

    @AfterEach
    void stopServer() throws IOException {
        server.close();
    }

    Database database() {
        return new Database(server::url);
    }

    /** The first process of the server on a folder of {@link EmbeddedDatabase}. */
    static ProcessHandle postmaster(Path folder) throws IOException {
        String pid = Files.readAllLines(folder.resolve("data/postmaster.pid")).get(0);
        return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    }

    /** Launches the service with these variables, beside those that it needs. */
    ServiceProcess launch(Map<String, String> variables, String... arguments) throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of(
                "DATABASE_URL", server.url(),
                "JWT_SECRET", "a secret that is long enough for HS256",
                "TODO_BCRYPT_COST", "10"));
        environment.putAll(variables);
        return ServiceProcess.launch(Files.createTempDirectory(folder, "service"), environment, arguments);
    }

    /** Launches the service and waits until it is ready. */
    ServiceProcess start(Map<String, String> variables) throws IOException {
        return launch(variables).awaitStatus("/q/health/ready", 200);
    }
}
