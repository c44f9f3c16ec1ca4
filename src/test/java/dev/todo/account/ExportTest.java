package dev.todo.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a user gets who asks for everything. */
@QuarkusTest
class ExportTest extends ApiTest {

    @Test
    void everythingOfTheUserAndNothingOfAnybodyElse() {
        var user = newUser();
        var stranger = newUser();
        stranger.createTask("Of somebody else");
        user.createTask(Map.of("title", "Pay rent", "tags", List.of("home"), "description", "<script>"));
        user.client()
                .get("/auth/me/export")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .header("Content-Disposition", "attachment; filename=\"todo-export.json\"")
                .body("account.id", equalTo(user.id()))
                .body("account.email", equalTo(user.email()))
                .body("security.second_factor", equalTo(false))
                .body("sessions.id", contains(sessionOf(user.token())))
                .body("tasks.title", contains("Pay rent"))
                .body("tasks[0].tags", contains("home"));
    }

    @Test
    void manyTasksAreStreamed() {
        var user = newUser();
        Database.underTest()
                .query(
                        "insert into tasks select gen_random_uuid(), ?, 'Task ' || n, null, false, 1, '{}', null, false, null,"
                                + " now() - interval '1 s' * (n / 3), now() from generate_series(1, 1007) n",
                        UUID.fromString(user.id()));
        var answer = user.client().get("/auth/me/export");
        answer.then().statusCode(200).header("Content-Length", nullValue()).body("tasks", hasSize(1007));
        assertEquals(1007, new HashSet<>(answer.<List<String>>path("tasks.id")).size());
    }

    @Test
    void noHashSecretOrCodeIsInIt() {
        var user = newUser();
        var factor = SecondFactorTest.enrol(user);
        String export = user.client().get("/auth/me/export").asString();
        assertFalse(export.contains("bcrypt"), export);
        assertFalse(export.contains(factor.secret()), export);
        assertFalse(export.contains(factor.recoveryCodes().get(0)), export);
    }

    @Test
    void onlyTheUserGetsIt() {
        anonymous().get("/auth/me/export").then().spec(problem(401));
    }

    @Test
    void readersWhoGoAwayLeaveRoomForOthers() throws IOException {
        for (int i = 0; i < 8; i++) {
            var user = newUser();
            for (int j = 0; j < 10; j++) {
                try (var socket = new Socket(URI.create(RestAssured.baseURI).getHost(), RestAssured.port)) {
                    // The connection is reset.
                    socket.setSoLinger(true, 0);
                    socket.getOutputStream()
                            .write(("GET /auth/me/export HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + user.token()
                                            + "\r\n\r\n")
                                    .getBytes(UTF_8));
                }
            }
        }
        var user = newUser();
        var end = Instant.now().plusSeconds(20);
        int status = user.client().get("/auth/me/export").statusCode();
        while (status == 503 && Instant.now().isBefore(end)) {
            status = user.client().get("/auth/me/export").statusCode();
        }
        assertEquals(200, status);
    }

    @Test
    void itCanBeAskedForAgain() {
        var user = newUser();
        for (int i = 0; i < 10; i++) {
            user.client().get("/auth/me/export").then().statusCode(200);
        }
    }
}
