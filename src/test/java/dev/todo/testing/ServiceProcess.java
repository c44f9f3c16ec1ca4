package dev.todo.testing;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The packaged service as a process of its own, to be started, killed and started again. */
public final class ServiceProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static final Set<Integer> PORTS = ConcurrentHashMap.newKeySet();

    private static final Path NATIVE = Path.of(System.getProperty("native.image.path", "none"));

    private final Process process;
    private final int port;
    private final Path output;

    private ServiceProcess(Process process, int port, Path output) {
        this.process = process;
        this.port = port;
        this.output = output;
    }

    /** Whether the package is the runnable JVM application, which brings a database along. */
    public static boolean hasEmbeddedDatabase() {
        return !Files.exists(NATIVE);
    }

    /** Starts the service in a folder with these environment variables, and does not wait for it. */
    public static ServiceProcess launch(Path folder, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (hasEmbeddedDatabase()) {
            command.addAll(List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-jar",
                    Path.of("target", "quarkus-app", "quarkus-run.jar")
                            .toAbsolutePath()
                            .toString()));
        } else {
            command.add(NATIVE.toAbsolutePath().toString());
        }
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".log");
        int port = freePort();
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeAll(List.of("DATABASE_URL", "JWT_SECRET", "CORS_ORIGINS"));
        builder.environment().putAll(environment);
        builder.environment().put("PORT", Integer.toString(port));
        return new ServiceProcess(builder.start(), port, output);
    }

    /** Starts the service and waits until it is ready. */
    public static ServiceProcess start(Path folder, Map<String, String> environment) throws IOException {
        return launch(folder, environment).awaitStatus("/q/health/ready", 200);
    }

    /** Waits until the address answers with the status. */
    public ServiceProcess awaitStatus(String path, int status) throws IOException {
        var end = Instant.now().plus(START_LIMIT);
        while (Instant.now().isBefore(end)) {
            if (!process.isAlive()) {
                throw new AssertionError("The service ended: " + output());
            }
            try {
                if (client().get(path).statusCode() == status) {
                    return this;
                }
            } catch (Exception e) {
                // not listening yet
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new AssertionError("No " + status + " from " + path + ": " + output());
    }

    /** Waits until the service has written this to its log. */
    public ServiceProcess awaitOutput(String text) throws IOException {
        var end = Instant.now().plus(LIMIT);
        while (!output().contains(text)) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("No \"" + text + "\": " + output());
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return this;
    }

    public RequestSpecification client() {
        return RestAssured.given().port(port).contentType(ContentType.JSON);
    }

    public RequestSpecification client(String token) {
        return client().header("Authorization", "Bearer " + token);
    }

    public URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    /** Signs somebody up and in. */
    public String newToken() {
        var credentials =
                Map.of("email", UUID.randomUUID() + "@example.org", "password", "correct horse battery staple");
        client().body(credentials).post("/auth/signup").then().statusCode(201);
        return client().body(credentials).post("/auth/login").path("access_token");
    }

    /** How many threads there are, as Linux tells. */
    public int threads() throws IOException {
        try (var tasks = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            return (int) tasks.count();
        }
    }

    /** The most bytes that have been in memory at once, files that are mapped as well, as Linux tells. */
    public long mostMemory() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    /** As Kubernetes does when it wants a container to end. */
    public void terminate() {
        process.destroy();
    }

    /** Where it listens, on the loopback interface. */
    public int port() {
        return port;
    }

    public int awaitExit() throws InterruptedException, IOException {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("The service did not end: " + output());
        }
        return process.exitValue();
    }

    public String output() throws IOException {
        return Files.readString(output);
    }

    /** Has it do nothing for a while. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    public void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** As {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }

    /** None twice: nobody listens on it until the service does. */
    private static int freePort() throws IOException {
        while (true) {
            try (var socket = new ServerSocket(0)) {
                if (PORTS.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
    }
}
