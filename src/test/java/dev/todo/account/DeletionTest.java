package dev.todo.account;

import static org.hamcrest.Matchers.contains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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

    private static List<String> rows(User user, String table) {
        return DATABASE.query("select id from " + table + " where user_id = ?", UUID.fromString(user.id()));
    }
}
