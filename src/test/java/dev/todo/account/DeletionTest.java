package dev.todo.account;

import static java.util.stream.Collectors.joining;
import static org.hamcrest.Matchers.contains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How an account ends. */
@QuarkusTest
class DeletionTest extends ApiTest {

    private static final Database DATABASE = Database.underTest();

    @Test
    void aDeletedAccountIsGoneWithAllThatBelongsToIt() {
        var user = newUser();
        var stranger = newUser();
        user.createTask("Pay rent");
        stranger.createTask("Pay rent");
        String other = logIn(user.email(), PASSWORD);
        user.client()
                .body(Map.of("password", PASSWORD))
                .delete("/auth/me")
                .then()
                .statusCode(204);
        for (String token : List.of(user.token(), other)) {
            bearer(token).get("/auth/me").then().spec(problem(401));
            bearer(token).get("/api/tasks").then().spec(problem(401));
        }
        anonymous()
                .body(Map.of("email", user.email(), "password", PASSWORD))
                .post("/auth/login")
                .then()
                .spec(problem(401));
        assertEquals(List.of(), rows(user, "tasks"));
        assertEquals(List.of(), rows(user, "sessions"));
        assertEquals(1, rows(stranger, "tasks").size());
        assertEquals(1, rows(stranger, "sessions").size());
        anonymous()
                .body(Map.of("email", user.email(), "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .statusCode(201);
    }

    @Test
    void aStolenTokenAloneDeletesNothing() {
        var user = newUser();
        user.createTask("Pay rent");
        user.client()
                .body(Map.of("password", "wrong password"))
                .delete("/auth/me")
                .then()
                .spec(problem(400))
                .body("errors.field", contains("password"));
        user.client().body("{}").delete("/auth/me").then().spec(problem(400));
        user.client().delete("/auth/me").then().spec(problem(400));
        assertEquals(1, rows(user, "tasks").size());
    }

    @Test
    void aDeletionThatFailsInTheMiddleDeletesNothing() {
        var user = newUser();
        user.createTask("Pay rent");
        DATABASE.whileRefusing(
                "delete on tasks",
                "old.user_id = '" + user.id() + "'",
                () -> user.client()
                        .body(Map.of("password", PASSWORD))
                        .delete("/auth/me")
                        .then()
                        .spec(problem(500)));
        user.client().get("/auth/me").then().statusCode(200);
        assertEquals(1, rows(user, "tasks").size());
        assertEquals(1, rows(user, "sessions").size());
    }

    /** The database counts as gone when it has not answered for 5 seconds. */
    @Test
    void anAccountThatTakesLongToDeleteIsDeletedAndHoldsNobodyUp() {
        var user = newUser();
        user.createTask("Pay rent");
        var other = newUser();
        DATABASE.whileSlow(7, "delete on tasks", "old.user_id = '" + user.id() + "'", () -> {
            var deletion = CompletableFuture.supplyAsync(
                    () -> user.client().body(Map.of("password", PASSWORD)).delete("/auth/me"));
            DATABASE.await("select 1 from pg_stat_activity where wait_event = 'PgSleep'");
            for (String email : List.of(other.email(), user.email())) {
                var sent = Instant.now();
                logIn(email, PASSWORD);
                assertTrue(Duration.between(sent, Instant.now()).toSeconds() < 3);
            }
            assertFalse(deletion.isDone());
            deletion.join().then().statusCode(204);
        });
        user.client().get("/auth/me").then().spec(problem(401));
        assertEquals(List.of(), rows(user, "tasks"));
        assertEquals(List.of(), rows(user, "sessions"));
    }

    /** Else the account that is being deleted has its changes wait, each with a connection. */
    @Test
    void changesOfWhatIsBeingDeletedForLongAreRefusedAtOnce() {
        var user = newUser();
        String task = "/api/tasks/" + user.createTask("Pay rent");
        DATABASE.whileSlow(7, "delete on tasks", "old.user_id = '" + user.id() + "'", () -> {
            var deletion = deletion(user);
            DATABASE.await("select 1 from pg_locks where locktype = 'advisory' having count(*) >= 3");
            DATABASE.await("select 1 from pg_stat_activity where wait_event = 'PgSleep'");
            for (var answer : List.of(
                    user.client().patch(task + "/complete"),
                    user.client().body(Map.of("title", "Pay")).patch(task),
                    user.client().body(Map.of("title", "Pay")).put(task),
                    user.client().delete(task))) {
                answer.then().spec(problem(503)).header("Retry-After", "10");
                assertTrue(answer.time() < 1500, answer.time() + " ms");
            }
            assertFalse(deletion.isDone());
            deletion.join().then().statusCode(204);
        });
        assertEquals(List.of(), rows(user, "tasks"));
    }

    /** Else they are deleted with the user, whose row the log-ins wait for. */
    @Test
    void tasksThatAreMadeDuringALongDeletionKeepNoLogInWaiting() {
        var user = newUser();
        user.createTask("Pay rent");
        DATABASE.whileSlow(6, "delete on tasks", "old.user_id = '" + user.id() + "'", () -> {
            var deletion = deletion(user);
            DATABASE.await("select 1 from pg_locks where locktype = 'advisory' having count(*) >= 3");
            DATABASE.await("select 1 from pg_stat_activity where wait_event = 'PgSleep'");
            user.createTask("Pay more rent");
            while (!deletion.isDone()) {
                var answer = anonymous()
                        .body(Map.of("email", user.email(), "password", PASSWORD))
                        .post("/auth/login");
                assertTrue(List.of(200, 401).contains(answer.statusCode()), answer.statusLine());
                if (answer.statusCode() == 200) {
                    // Else there are too many, and the one that deletes is ended.
                    bearer(answer.path("access_token")).post("/auth/logout");
                }
            }
            deletion.join().then().statusCode(204);
        });
    }

    @Test
    void manyDeletionsOfOneAccountHoldNobodyUp() {
        var user = newUser();
        user.createTask("Pay rent");
        var other = newUser();
        other.createTask("Pay rent");
        DATABASE.whileSlow(4, "delete on tasks", "old.user_id = '" + user.id() + "'", () -> {
            var deletions = Stream.generate(() -> deletion(user)).limit(12).toList();
            DATABASE.await("select 1 from pg_stat_activity where wait_event = 'PgSleep'");
            while (!deletions.stream().allMatch(CompletableFuture::isDone)) {
                var answer = other.client().get("/api/tasks");
                answer.then().statusCode(200);
                assertTrue(answer.time() < 1500, answer.time() + " ms");
                assertTrue(DATABASE.query(
                                        "select pid from pg_stat_activity where query like 'delete from tasks%' and state = 'active'")
                                .size()
                        <= 1);
            }
            assertEquals(1, withStatus(204, deletions));
            assertEquals(11, withStatus(503, deletions) + withStatus(401, deletions));
        });
    }

    @Test
    void accountsThatTakeLongToDeleteTakeTurnsAndOthersNeedNone() {
        var users = Stream.generate(ApiTest::newUser).limit(4).toList();
        users.forEach(user -> user.createTask("Pay rent"));
        var other = newUser();
        other.createTask("Pay rent");
        String isSlow =
                users.stream().map(user -> "'" + user.id() + "'").collect(joining(", ", "old.user_id in (", ")"));
        DATABASE.whileSlow(4, "delete on tasks", isSlow, () -> {
            var deletions = users.stream().map(DeletionTest::deletion).toList();
            DATABASE.await("select 1 from pg_locks where locktype = 'advisory' having count(*) >= 4");
            other.client()
                    .body(Map.of("password", PASSWORD))
                    .delete("/auth/me")
                    .then()
                    .statusCode(204);
            assertEquals(2, withStatus(204, deletions));
            assertEquals(2, withStatus(503, deletions));
        });
        users.stream()
                .filter(user -> !rows(user, "tasks").isEmpty())
                .forEach(user -> deletion(user).join().then().statusCode(204));
    }

    private static CompletableFuture<Response> deletion(User user) {
        return CompletableFuture.supplyAsync(
                () -> user.client().body(Map.of("password", PASSWORD)).delete("/auth/me"),
                task -> new Thread(task).start());
    }

    private static long withStatus(int status, List<CompletableFuture<Response>> answers) {
        return answers.stream()
                .filter(answer -> answer.join().statusCode() == status)
                .count();
    }

    private static List<String> rows(User user, String table) {
        return DATABASE.query("select id from " + table + " where user_id = ?", UUID.fromString(user.id()));
    }
}
