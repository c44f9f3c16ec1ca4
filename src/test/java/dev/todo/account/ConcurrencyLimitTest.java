package dev.todo.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many requests of one user at once. */
@QuarkusTest
class ConcurrencyLimitTest extends ApiTest {

    private static final Database DATABASE = Database.underTest();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private User user;
    private String task;

    @BeforeEach
    void createTask() {
        user = newUser();
        task = user.createTask("Pay rent");
    }

    @Test
    void theyHoldNobodyElseUp() {
        var other = newUser();
        other.createTask("Pay rent");
        var answers = whileNoneEnds(40, changes -> {
            for (String list : List.of("/api/tasks", "/api/tasks?limit=200", "/api/tasks?q=rent", "/auth/sessions")) {
                assertPrompt(() -> other.client().get(list));
            }
            RestAssured.get("/q/health/ready").then().statusCode(200);
        });
        // The database counts as gone when it has not answered for 5 seconds.
        answers.forEach(answer -> assertTrue(answer.statusCode() == 200 || answer.statusCode() == 503));
    }

    @Test
    void moreThanAnyPageSendsAreRefused() {
        assertRefused(26, 130);
    }

    @Test
    void thoseThatFailMakeRoomForOthers() {
        for (int i = 0; i < 10; i++) {
            user.client().get("/api/tasks/x").then().spec(problem(404));
            user.client().get("/api/tasks?x=y").then().spec(problem(400));
            user.client().body("{").post("/api/tasks").then().spec(problem(400));
            user.client()
                    .contentType("text/plain")
                    .body("x")
                    .post("/api/tasks")
                    .then()
                    .spec(problem(415));
            user.client().body(" ".repeat(300_000)).post("/api/tasks").then().spec(problem(413));
        }
        assertPrompt(() -> user.client().get("/api/tasks"));
    }

    @Test
    void thoseOfWhoHasGoneMakeRoomForOthers() {
        whileNoneEnds(4, changes -> IntStream.range(0, 20).forEach(i -> sendAndGo()));
        assertPrompt(() -> user.client().get("/api/tasks"));
        assertRefused(26, 130);
    }

    @Test
    void whatWaitsWhenItsSessionIsEndedIsNotDone() {
        String other = logIn(user.email(), PASSWORD);
        var answers = whileNoneEnds(
                104, changes -> bearer(other).delete("/auth/sessions").then().statusCode(204));
        assertEquals(
                4, answers.stream().filter(answer -> answer.statusCode() == 200).count());
        assertEquals(
                100,
                answers.stream().filter(answer -> answer.statusCode() == 401).count());
        bearer(other).get("/api/tasks").then().statusCode(200);
    }

    private void assertRefused(int refused, int sent) {
        var end = Instant.now().plusSeconds(30);
        var answers = whileNoneEnds(sent, changes -> {
            while (changes.stream().filter(CompletableFuture::isDone).count() < refused
                    && Instant.now().isBefore(end)) {
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        });
        var tooMany =
                answers.stream().filter(answer -> answer.statusCode() == 429).toList();
        // On a slow machine the database has given up some meanwhile, each of which has made room for another.
        long givenUp =
                answers.stream().filter(answer -> answer.statusCode() == 503).count();
        assertTrue(
                tooMany.size() <= refused && tooMany.size() >= refused - givenUp,
                tooMany.size() + " were refused, and " + givenUp + " given up");
        for (var answer : tooMany) {
            assertEquals("1", answer.headers().firstValue("Retry-After").orElseThrow());
            assertEquals(
                    "application/problem+json",
                    answer.headers().firstValue("Content-Type").orElseThrow());
        }
    }

    /** Changes of one task, and what is done before any of them can end. */
    private List<HttpResponse<String>> whileNoneEnds(
            int count, Consumer<List<CompletableFuture<HttpResponse<String>>>> work) {
        List<CompletableFuture<HttpResponse<String>>> changes = new ArrayList<>();
        DATABASE.whileLocked("select 1 from tasks where id = '" + task + "' for update", () -> {
            IntStream.range(0, count).forEach(i -> changes.add(http.sendAsync(change(), BodyHandlers.ofString())));
            DATABASE.await("""
                    select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%from tasks%for %update%'
                    having count(*) >= 4""");
            work.accept(changes);
        });
        return changes.stream().map(CompletableFuture::join).toList();
    }

    private HttpRequest change() {
        return HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/api/tasks/" + task))
                .header("Authorization", "Bearer " + user.token())
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString("{\"completed\":true}"))
                .build();
    }

    private void sendAndGo() {
        String request = "GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
                .formatted(user.token());
        try (var socket = new Socket("localhost", RestAssured.port)) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertPrompt(Supplier<Response> request) {
        var sent = Instant.now();
        request.get().then().statusCode(200).body("items", hasSize(1));
        var took = Duration.between(sent, Instant.now());
        assertTrue(took.toMillis() < 2500, "took " + took);
    }
}
