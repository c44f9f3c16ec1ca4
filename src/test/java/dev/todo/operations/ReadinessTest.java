package dev.todo.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many who ask whether the service is ready. */
@QuarkusTest
class ReadinessTest extends ApiTest {

    private static final Database DATABASE = Database.underTest();

    /** Of those that use the history of migrations. */
    private static final String WAITING =
            "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%flyway_schema_history%'";

    @Test
    void manyWhoAskAtOnceTakeOneConnectionToTheDatabase() {
        var user = newUser();
        List<CompletableFuture<List<Response>>> answers = new ArrayList<>();
        DATABASE.whileLocked("lock table flyway_schema_history", () -> {
            answers.add(CompletableFuture.supplyAsync(() -> atOnce(50, i -> RestAssured.get("/q/health/ready"))));
            DATABASE.await(WAITING);
            user.client().get("/api/tasks").then().statusCode(200);
            assertEquals(1, DATABASE.query(WAITING).size());
        });
        assertEquals(
                List.of(200),
                statusCodes(answers.get(0).join()).stream().distinct().toList());
        RestAssured.get("/q/health/ready").then().statusCode(200);
    }

    @Test
    void hundredsWhoAskAtOnceGetTheAnswerBefore() {
        RestAssured.get("/q/health/ready").then().statusCode(200);
        var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var request = HttpRequest.newBuilder(
                        URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/q/health/ready"))
                .build();
        var answers = new LinkedBlockingQueue<Integer>();
        List<CompletableFuture<Void>> requests = new ArrayList<>();
        DATABASE.whileLocked("lock table flyway_schema_history", () -> {
            for (int i = 0; i < 300; i++) {
                requests.add(http.sendAsync(request, BodyHandlers.discarding())
                        .thenAccept(answer -> answers.add(answer.statusCode())));
            }
            // One asks the database, which is given up after some seconds, and a hundred wait for that.
            assertEquals(
                    Collections.nCopies(300 - 101, 200),
                    Stream.generate(() -> await(answers)).limit(300 - 101).toList());
        });
        requests.forEach(CompletableFuture::join);
    }

    private static Integer await(BlockingQueue<Integer> answers) {
        try {
            return answers.poll(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
