import dev.todo.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Compares what {@code GET /api/tasks} costs two binaries of the service, by turns on one PostgreSQL: the medians of the rounds,
 * and of the ratios within them.
 */
public final class Reads {

    private static final int ROUNDS = Integer.getInteger("rounds", 9);
    private static final int CONNECTIONS = 4;
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("seconds", 5));
    private static final long TICKS_PER_SECOND = 100;
    private static final String SECRET = "the secret of the benchmark, which is no secret";

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What a round came to. */
    private record Result(double perSecond, double median, double cpuMillis) {}

    private record Service(Process process, int port) {

        static Service start(Path binary, int port, String databaseUrl) throws IOException {
            var builder = new ProcessBuilder(binary.toAbsolutePath().toString())
                    .redirectErrorStream(true)
                    .redirectOutput(Path.of("/dev/null").toFile());
            builder.environment().clear();
            builder.environment()
                    .putAll(Map.of("DATABASE_URL", databaseUrl, "JWT_SECRET", SECRET, "PORT", Integer.toString(port)));
            return new Service(builder.start(), port);
        }

        HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        }

        String send(HttpRequest request) throws IOException, InterruptedException {
            var response = CLIENT.send(request, BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new IllegalStateException(response.statusCode() + " " + response.body());
            }
            return response.body();
        }

        String post(String path, String token, String body) throws Exception {
            var request = request(path).header("Content-Type", "application/json");
            if (token != null) {
                request.header("Authorization", "Bearer " + token);
            }
            return send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build());
        }

        Service await() throws InterruptedException {
            while (process.isAlive()) {
                try {
                    send(request("/q/health/ready").build());
                    return this;
                } catch (IOException | IllegalStateException e) {
                    LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                }
            }
            throw new IllegalStateException("The service ended with " + process.waitFor());
        }

        /** Of the process, user and system. */
        double cpuMillis() throws IOException {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 20);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 1000.0 / TICKS_PER_SECOND;
        }
    }

    private Reads() {}

    /** @param binaries the one before and the one after */
    public static void main(String... binaries) throws Exception {
        try (var database = EmbeddedDatabase.start(Files.createTempDirectory("todo-bench"))) {
            List<Service> services = new ArrayList<>();
            try {
                // The newer one migrates.
                services.add(Service.start(Path.of(binaries[1]), 18081, database.url())
                        .await());
                services.add(
                        0,
                        Service.start(Path.of(binaries[0]), 18080, database.url())
                                .await());
                compare(services, binaries, prepare(services.get(1)));
            } finally {
                services.forEach(service -> service.process.destroyForcibly());
            }
        }
        System.exit(0);
    }

    private static void compare(List<Service> services, String[] binaries, String token) throws Exception {
        List<List<Result>> results = List.of(new ArrayList<>(), new ArrayList<>());
        for (int round = -2; round < ROUNDS; round++) {
            for (int turn = 0; turn < 2; turn++) {
                // Who begins changes too.
                int i = Math.floorMod(round + turn, 2);
                var result = load(services.get(i), token);
                if (round >= 0) {
                    results.get(i).add(result);
                }
            }
        }
        System.out.printf(
                "%d rounds of %d s each, by turns, %d connections%n%n| binary | requests/s | p50, ms | CPU a request, ms |%n"
                        + "| --- | --: | --: | --: |%n",
                ROUNDS, ROUND.toSeconds(), CONNECTIONS);
        for (int i = 0; i < 2; i++) {
            System.out.printf(
                    "| %s | %.0f | %.2f | %.3f |%n",
                    Path.of(binaries[i]).getFileName(),
                    median(results.get(i).stream().map(Result::perSecond).toList()),
                    median(results.get(i).stream().map(Result::median).toList()),
                    median(results.get(i).stream().map(Result::cpuMillis).toList()));
        }
        List<Double> speed = new ArrayList<>();
        List<Double> latency = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            var before = results.get(0).get(round);
            var after = results.get(1).get(round);
            speed.add(after.perSecond / before.perSecond);
            latency.add(after.median / before.median);
            cpu.add(after.cpuMillis / before.cpuMillis);
        }
        System.out.printf(
                "| the second to the first | %.3f | %.3f | %.3f |%n", median(speed), median(latency), median(cpu));
    }

    /** A user with 50 tasks. */
    private static String prepare(Service service) throws Exception {
        String credentials = "{\"email\": \"ada@example.org\", \"password\": \"correct horse battery staple\"}";
        service.post("/auth/signup", null, credentials);
        var matcher = Pattern.compile("\"access_token\":\"([^\"]+)\"")
                .matcher(service.post("/auth/login", null, credentials));
        if (!matcher.find()) {
            throw new IllegalStateException("no token");
        }
        for (int i = 0; i < 50; i++) {
            service.post(
                    "/api/tasks", matcher.group(1), "{\"title\": \"Task " + i + "\", \"due_date\": \"2026-12-01\"}");
        }
        return matcher.group(1);
    }

    private static Result load(Service service, String token) throws Exception {
        var request = service.request("/api/tasks")
                .header("Authorization", "Bearer " + token)
                .build();
        var threads = Executors.newFixedThreadPool(CONNECTIONS);
        double cpu = service.cpuMillis();
        long start = System.nanoTime();
        long end = start + ROUND.toNanos();
        Callable<List<Double>> reading = () -> {
            List<Double> times = new ArrayList<>();
            while (System.nanoTime() < end) {
                long sent = System.nanoTime();
                service.send(request);
                times.add((System.nanoTime() - sent) / 1e6);
            }
            return times;
        };
        List<Callable<List<Double>>> readers = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            readers.add(reading);
        }
        List<Double> times = new ArrayList<>();
        for (var result : threads.invokeAll(readers)) {
            times.addAll(result.get());
        }
        threads.shutdown();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Result(times.size() / seconds, median(times), (service.cpuMillis() - cpu) / times.size());
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
