package dev.todo.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.Mailbox;
import dev.todo.testing.SqlLog;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
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

    private static final int BATCHES = 20;

    /** In a few hundred tasks, more than a connection takes in. */
    private static final String LARGE = "x".repeat(10_000);

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
        makeTasks(user, 1007, "");
        var answer = user.client().get("/auth/me/export");
        answer.then().statusCode(200).header("Content-Length", nullValue()).body("tasks", hasSize(1007));
        assertEquals(1007, new HashSet<>(answer.<List<String>>path("tasks.id")).size());
    }

    @Test
    void whatIsOverButStillKeptIsInIt() {
        var user = newUser();
        String idle = logIn(user.email(), PASSWORD);
        String old = logIn(user.email(), PASSWORD);
        Mailbox.awaitToken(user.email(), "Is this your address?");
        Database.underTest()
                .query(
                        "update sessions set created_at = now() - interval '91 days' where id = ?",
                        UUID.fromString(sessionOf(old)));
        Database.underTest()
                .query(
                        "update sessions set last_used_at = now() - interval '8 days' where id = ?",
                        UUID.fromString(sessionOf(idle)));
        Database.underTest()
                .query("update mail_tokens set expires_at = now() where user_id = ?", UUID.fromString(user.id()));
        user.client()
                .get("/auth/me/export")
                .then()
                .statusCode(200)
                .body("sessions.id", containsInAnyOrder(sessionOf(user.token()), sessionOf(idle), sessionOf(old)))
                .body("sessions.address", everyItem(startsWith("10.")))
                .body("mailed_tokens.purpose", contains("verification"))
                .body("mailed_tokens[0].expires_at", notNullValue());
        user.client().get("/auth/sessions").then().body("items.id", contains(sessionOf(user.token())));
    }

    @Test
    void sinceWhenThereIsASecondFactorIsInIt() {
        var user = newUser();
        user.client().get("/auth/me/export").then().body("security.second_factor_confirmed_at", nullValue());
        SecondFactorTest.begin(user).then().statusCode(200);
        user.client().get("/auth/me/export").then().body("security.second_factor_confirmed_at", nullValue());
        SecondFactorTest.enrol(user);
        String confirmed = user.client().get("/auth/me/export").path("security.second_factor_confirmed_at");
        assertTrue(Instant.parse(confirmed).isAfter(Instant.now().minusSeconds(60)), confirmed);
    }

    @Test
    void noHashSecretOrCodeIsInIt() {
        var user = newUser();
        var factor = SecondFactorTest.enrol(user);
        String token = Mailbox.awaitToken(user.email(), "Is this your address?");
        String export = user.client().get("/auth/me/export").asString();
        assertFalse(export.contains(token), export);
        assertFalse(export.contains("hash"), export);
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
                reset(ask(user));
            }
        }
        awaitExport(newUser());
    }

    @Test
    void readersWhoGoAwayAndComeBackHaveOneExportAtATime() {
        var user = newUser();
        makeTasks(user, BATCHES * 50, "");
        Database.underTest().whileLocked("lock table tasks", () -> {
            var reader = ask(user);
            awaitReadOfTasks();
            reset(reader);
            // The database gives up the first one's read after some seconds.
            var end = Instant.now().plusSeconds(2);
            for (int i = 0; i < 20 && Instant.now().isBefore(end); i++) {
                assertTrue(isTooMuch(user.client().get("/auth/me/export")));
            }
            SqlLog.clear();
        });
        awaitExport(user);
        long reads = SqlLog.statements().stream()
                .filter(sql -> sql.contains("from tasks"))
                .count();
        assertTrue(reads < 1.5 * BATCHES, reads + " reads of tasks");
    }

    @Test
    void whatFailsOnTheWayDoesNotLookComplete() throws IOException {
        var user = newUser();
        try {
            assertBrokenOff(user, () -> Database.underTest().query("alter table tasks rename to tasks_elsewhere"));
        } finally {
            Database.underTest().query("alter table tasks_elsewhere rename to tasks");
        }
    }

    @Test
    void anAccountThatIsDeletedMeanwhileDoesNotLookComplete() throws IOException {
        var user = newUser();
        assertBrokenOff(
                user,
                () -> user.client()
                        .body(Map.of("password", PASSWORD))
                        .delete("/auth/me")
                        .then()
                        .statusCode(204));
    }

    @Test
    void aSessionThatIsEndedMeanwhileReadsNoFurther() throws IOException {
        var user = newUser();
        assertBrokenOff(user, () -> user.client().post("/auth/logout").then().statusCode(204));
    }

    private static void assertBrokenOff(User user, Runnable meanwhile) throws IOException {
        makeTasks(user, 2_000, LARGE);
        try (var reader = ask(user)) {
            var answer = reader.getInputStream();
            assertEquals('H', answer.read());
            meanwhile.run();
            String rest;
            try {
                rest = new String(answer.readAllBytes(), UTF_8);
            } catch (SocketException e) {
                rest = "reset";
            }
            assertFalse(rest.endsWith("0\r\n\r\n"), rest.length() + " characters");
        }
    }

    @Test
    void readersWhoTakeNothingLeaveRoomForOthers() throws IOException {
        var users = List.of(newUser(), newUser(), newUser(), newUser());
        users.forEach(user -> makeTasks(user, 2_000, LARGE));
        var other = newUser();
        List<Socket> readers = users.stream().map(ExportTest::ask).toList();
        try {
            for (var reader : readers) {
                assertEquals('H', reader.getInputStream().read());
            }
            awaitExport(other);
        } finally {
            readers.forEach(ExportTest::reset);
        }
    }

    @Test
    void readersWhoTakeTheirTimeGiveWayToOthers() {
        var users = List.of(newUser(), newUser(), newUser(), newUser());
        users.forEach(user -> makeTasks(user, 4_000, LARGE));
        var other = newUser();
        List<Socket> readers = users.stream().map(ExportTest::ask).toList();
        try {
            readers.forEach(ExportTest::readALittle);
            awaitExport(other, () -> readers.forEach(ExportTest::readALittle));
        } finally {
            readers.forEach(ExportTest::reset);
        }
    }

    private static void readALittle(Socket reader) {
        try {
            reader.getInputStream().readNBytes(8 << 10);
        } catch (IOException e) {
            // broken off
        }
    }

    @Test
    void itCanBeAskedForAgain() {
        var user = newUser();
        for (int i = 0; i < 10; i++) {
            user.client().get("/auth/me/export").then().statusCode(200);
        }
    }

    private static void makeTasks(User user, int count, String description) {
        Database.underTest()
                .query(
                        "insert into tasks select gen_random_uuid(), ?, 'Task ' || n, ?, false, 1, '{}', null, false,"
                                + " null, now() - interval '1 s' * (n / 3), now() from generate_series(1, ?) n",
                        UUID.fromString(user.id()),
                        description,
                        count);
    }

    private static Socket ask(User user) {
        try {
            var socket = new Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(URI.create(RestAssured.baseURI).getHost(), RestAssured.port));
            socket.getOutputStream()
                    .write(("GET /auth/me/export HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + user.token()
                                    + "\r\n\r\n")
                            .getBytes(UTF_8));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitReadOfTasks() {
        Database.underTest()
                .await("select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%from tasks%'");
    }

    private static boolean isTooMuch(Response answer) {
        return answer.statusCode() == 503 && answer.<String>path("detail").startsWith("Too much is being exported");
    }

    private static void awaitExport(User user) {
        awaitExport(user, () -> {});
    }

    private static void awaitExport(User user, Runnable meanwhile) {
        var end = Instant.now().plusSeconds(20);
        var answer = user.client().get("/auth/me/export");
        while (isTooMuch(answer) && Instant.now().isBefore(end)) {
            meanwhile.run();
            answer = user.client().get("/auth/me/export");
        }
        answer.then().statusCode(200);
    }
}
