import static java.nio.charset.StandardCharsets.UTF_8;

import dev.todo.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Starts binaries of the service again and again on one PostgreSQL, by turns, and prints a table of medians: from exec to the
 * first answer, and the memory after it and after a load.
 */
public final class ColdStart {

    private static final int STARTS = Integer.getInteger("starts", 25);
    private static final int CONNECTIONS = 16;
    private static final Duration LOAD = Duration.ofSeconds(Integer.getInteger("load", 60));
    private static final int PORT = 18080;

    /** Of the binaries, as -Xmn8m. */
    private static final List<String> OPTIONS = Arrays.stream(
                    System.getProperty("options", "").split(" "))
            .filter(o -> !o.isEmpty())
            .toList();

    private static final String SECRET = "the secret of the benchmark, which is no secret";

    /** A way to start a binary, and what was measured of it. */
    private record Candidate(
            String name,
            Path binary,
            Map<String, String> environment,
            List<Double> live,
            List<Double> tasks,
            List<Double> memory) {

        static Candidate of(String name, Path binary, Map<String, String> environment) {
            return new Candidate(name, binary, environment, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private final String databaseUrl;
    private String token;

    private ColdStart(String databaseUrl) {
        this.databaseUrl = databaseUrl;
    }

    /** @param binaries to compare */
    public static void main(String... binaries) throws Exception {
        Path folder = Files.createTempDirectory("todo-bench");
        try (var database = EmbeddedDatabase.start(folder)) {
            new ColdStart(database.url())
                    .run(Arrays.stream(binaries).map(Path::of).toList());
        }
    }

    private void run(List<Path> binaries) throws Exception {
        List<Candidate> candidates = new ArrayList<>();
        for (Path binary : binaries) {
            candidates.add(Candidate.of(
                    binary.getFileName() + ", MIGRATE_AT_START=false", binary, Map.of("MIGRATE_AT_START", "false")));
            candidates.add(Candidate.of(binary.getFileName() + ", migrating", binary, Map.of()));
        }
        var migrating = candidates.get(candidates.size() - 1);
        try (var service = new Service(migrating)) {
            service.firstAnswer("/q/health/live", null);
            prepare();
        }
        var connect = new ArrayList<Double>();
        // Two rounds to warm caches up.
        for (int i = -2; i < STARTS; i++) {
            double connected = connect();
            if (i >= 0) {
                connect.add(connected);
            }
            for (Candidate candidate : candidates) {
                double live;
                try (var service = new Service(candidate)) {
                    live = service.firstAnswer("/q/health/live", null);
                }
                try (var service = new Service(candidate)) {
                    double tasks = service.firstAnswer("/api/tasks", token);
                    if (i >= 0) {
                        candidate.live.add(live);
                        candidate.tasks.add(tasks);
                        candidate.memory.add(service.megabytes());
                    }
                }
            }
        }
        System.out.printf(
                "%s%n%d starts each, by turns; connecting to the database takes %.1f ms itself (not subtracted)%n%n",
                machine(), STARTS, median(connect));
        System.out.println(
                "| binary | MB | live, ms | tasks, ms | PSS then, MiB | PSS after load, MiB | requests/s | p50, ms | p99, ms |");
        System.out.println("| --- | --: | --: | --: | --: | --: | --: | --: | --: |");
        for (Candidate candidate : candidates) {
            String load = LOAD.isZero() ? " | | |" : load(candidate);
            System.out.printf(
                    "| %s | %.1f | %.1f (%.1f–%.1f) | %.1f (%.1f–%.1f) | %.1f | %s |%n",
                    candidate.name,
                    Files.size(candidate.binary) / 1e6,
                    median(candidate.live),
                    quantile(candidate.live, 0.1),
                    quantile(candidate.live, 0.9),
                    median(candidate.tasks),
                    quantile(candidate.tasks, 0.1),
                    quantile(candidate.tasks, 0.9),
                    median(candidate.memory),
                    load);
        }
    }

    private void prepare() throws Exception {
        String credentials = "{\"email\": \"ada@example.org\", \"password\": \"correct horse battery staple\"}";
        send("POST", "/auth/signup", credentials);
        var matcher =
                Pattern.compile("\"access_token\":\"([^\"]+)\"").matcher(send("POST", "/auth/login", credentials));
        if (!matcher.find()) {
            throw new IllegalStateException("no token");
        }
        token = matcher.group(1);
        for (int i = 0; i < 50; i++) {
            send(
                    "POST",
                    "/api/tasks",
                    "{\"title\": \"Task " + i + "\", \"tags\": [\"home\"], \"due_date\": \"2026-12-01\"}");
        }
    }

    private double connect() throws Exception {
        long start = System.nanoTime();
        try (var connection =
                        DriverManager.getConnection("jdbc:" + databaseUrl.replace("postgres@", ""), "postgres", "");
                var statement = connection.createStatement()) {
            statement.execute("select 1");
            return millisSince(start);
        }
    }

    /** One connection's cycle: a task is made, listed, completed and deleted, so that the data stays as it is. */
    private String load(Candidate candidate) throws Exception {
        try (var service = new Service(candidate)) {
            service.firstAnswer("/api/tasks", token);
            var threads = Executors.newFixedThreadPool(CONNECTIONS);
            long end = System.nanoTime() + LOAD.toNanos();
            Callable<List<Double>> cycle = () -> {
                var times = new ArrayList<Double>();
                while (System.nanoTime() < end) {
                    String id = timed(times, "POST", "/api/tasks", "{\"title\": \"Pay rent\"}")
                            .split("\"", 5)[3];
                    timed(times, "GET", "/api/tasks", null);
                    timed(times, "PATCH", "/api/tasks/" + id + "/complete", null);
                    timed(times, "DELETE", "/api/tasks/" + id, null);
                }
                return times;
            };
            var times = new ArrayList<Double>();
            var runs = new ArrayList<Callable<List<Double>>>();
            for (int i = 0; i < CONNECTIONS; i++) {
                runs.add(cycle);
            }
            for (var result : threads.invokeAll(runs)) {
                times.addAll(result.get());
            }
            threads.shutdown();
            return "%.1f | %.0f | %.1f | %.1f"
                    .formatted(
                            service.megabytes(),
                            times.size() / (double) LOAD.toSeconds(),
                            median(times),
                            quantile(times, 0.99));
        }
    }

    private String timed(List<Double> times, String method, String path, String body) throws Exception {
        long start = System.nanoTime();
        String answer = send(method, path, body);
        times.add(millisSince(start));
        return answer;
    }

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private String send(String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        var response = client.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    private final class Service implements AutoCloseable {

        private final long started = System.nanoTime();
        private final Process process;

        Service(Candidate candidate) throws IOException {
            List<String> command = new ArrayList<>();
            command.add(candidate.binary.toAbsolutePath().toString());
            command.addAll(OPTIONS);
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Path.of("/dev/null").toFile());
            var environment = builder.environment();
            environment.clear();
            environment.putAll(Map.of("DATABASE_URL", databaseUrl, "JWT_SECRET", SECRET, "PORT", "" + PORT));
            environment.putAll(candidate.environment);
            process = builder.start();
        }

        /** Milliseconds from exec to the last byte of a 200. */
        double firstAnswer(String path, String token) throws Exception {
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + (token == null ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n";
            while (process.isAlive()) {
                try (var socket = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
                    socket.setTcpNoDelay(true);
                    socket.getOutputStream().write(request.getBytes(UTF_8));
                    byte[] answer = socket.getInputStream().readAllBytes();
                    double time = millisSince(started);
                    if (new String(answer, UTF_8).startsWith("HTTP/1.1 200")) {
                        return time;
                    }
                    throw new IllegalStateException(new String(answer, UTF_8));
                } catch (java.net.ConnectException e) {
                    LockSupport.parkNanos(200_000);
                }
            }
            throw new IllegalStateException("The service ended with " + process.waitFor());
        }

        /** The proportional set size, in MiB. */
        double megabytes() throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                }
            }
            throw new IllegalStateException("no Pss");
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    private static String machine() throws IOException {
        String model = "unknown CPU";
        for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
            if (line.startsWith("model name")) {
                model = line.substring(line.indexOf(':') + 2);
            }
        }
        String memory = Files.readAllLines(Path.of("/proc/meminfo")).get(0).replaceAll("\\D", "");
        return "%s, %d cores, %.1f GiB, Linux %s"
                .formatted(
                        model,
                        Runtime.getRuntime().availableProcessors(),
                        Long.parseLong(memory) / 1048576.0,
                        System.getProperty("os.version"));
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static double median(List<Double> values) {
        return quantile(values, 0.5);
    }

    private static double quantile(List<Double> values, double q) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) Math.round(q * (sorted.length - 1))];
    }
}
