package dev.todo.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.RawConnection;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose clients have gone wait for a thread and for the database all the same. */
@QuarkusTest
class RequestLimitTest extends ApiTest {

    private static final Database DATABASE = Database.underTest();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void moreThanTheMemoryHasRoomForAreRefusedUntilTheDatabaseAnswersAgain() {
        var user = newUser();
        DATABASE.whileLocked("lock table sessions", () -> {
            awaitRefusal(user);
            RestAssured.get("/q/health/live").then().statusCode(200);
        });
        awaitServed(user);
    }

    /** Else nobody would know what is going on, and what is asked, again and again, would fill the memory. */
    @ParameterizedTest
    @ValueSource(strings = {"/q/metrics", "/q/health/ready"})
    void whatOperatorsAskIsAnsweredThoughAllThreadsWait(String path) {
        var user = newUser();
        RestAssured.get(path).then().statusCode(200);
        DATABASE.whileLocked("lock table sessions", () -> {
            awaitRefusal(user);
            // As many probes as wait for the answer of one; the others get that of the one before.
            IntStream.range(0, 150)
                    .forEach(i -> sendAndGo(RawConnection.lines("GET " + path + " HTTP/1.1", "Host: a", "")));
            var request = HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port + path))
                    .timeout(Duration.ofSeconds(1))
                    .build();
            var answer = Stream.generate(() -> answerTo(request)).limit(10).flatMap(Optional::stream);
            assertEquals(Optional.of(200), answer.findFirst().map(HttpResponse::statusCode));
        });
        awaitServed(user);
    }

    /** Sends requests and goes, until there is a refusal at once, not after seconds without a database. */
    private void awaitRefusal(User user) {
        String gone =
                RawConnection.lines("GET /api/tasks HTTP/1.1", "Host: a", "Authorization: Bearer " + user.token(), "");
        var request = HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/api/tasks"))
                .header("Authorization", "Bearer " + user.token())
                .timeout(Duration.ofSeconds(1))
                .build();
        var end = Instant.now().plusSeconds(20);
        Optional<HttpResponse<String>> answer = Optional.empty();
        while (answer.isEmpty()) {
            assertTrue(Instant.now().isBefore(end), "Nothing is refused at once");
            IntStream.range(0, 400).forEach(i -> sendAndGo(gone));
            answer = answerTo(request).filter(found -> found.body().contains("too much to do"));
        }
        assertEquals(503, answer.get().statusCode());
        assertEquals("1", answer.get().headers().firstValue("Retry-After").orElseThrow());
        assertEquals(
                "application/problem+json",
                answer.get().headers().firstValue("Content-Type").orElseThrow());
    }

    private static void sendAndGo(String request) {
        try {
            new RawConnection(request).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<HttpResponse<String>> answerTo(HttpRequest request) {
        try {
            return Optional.of(http.send(request, BodyHandlers.ofString()));
        } catch (HttpTimeoutException e) {
            return Optional.empty();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitServed(User user) {
        var end = Instant.now().plusSeconds(30);
        while (user.client().get("/api/tasks").statusCode() != 200) {
            assertTrue(Instant.now().isBefore(end), "Nobody is served any more");
        }
    }
}
