package dev.todo.account;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.SqlLog;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions, and what is done to them in order to get at somebody else's. */
@QuarkusTest
class SessionTest extends ApiTest {

    private static final Database DATABASE = Database.underTest();

    @Test
    void listsTheSessionsOfTheUserAndNobodyElses() {
        var user = newUser();
        newUser();
        String second = anonymous()
                .header("User-Agent", "Netscape Navigator")
                .body(Map.of("email", user.email(), "password", PASSWORD))
                .post("/auth/login")
                .then()
                .statusCode(200)
                .extract()
                .path("access_token");
        bearer(second)
                .get("/auth/sessions")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("items", hasSize(2))
                .body("items.id", hasItems(sessionOf(second), sessionOf(user.token())))
                .body("items.find { it.current }.id", equalTo(sessionOf(second)))
                .body("items.find { it.current }.user_agent", equalTo("Netscape Navigator"))
                .body("items.findAll { it.current }", hasSize(1))
                .body("items.address.unique()", hasSize(lessThanOrEqualTo(2)))
                .body("items.last_used_at.findAll { !it.endsWith(':00Z') }", hasSize(0));
    }

    @Test
    void whatAClientSaysThatItIsComesBackAsText() {
        var user = newUser();
        String userAgent = "<script>alert(1)</script>\u00e4" + "x".repeat(1_000);
        String token = anonymous()
                .header("User-Agent", userAgent)
                .body(Map.of("email", user.email(), "password", PASSWORD))
                .post("/auth/login")
                .path("access_token");
        String stored = bearer(token).get("/auth/sessions").path("items.find { it.current }.user_agent");
        assertTrue(stored.startsWith("<script>alert(1)</script>"), stored);
        assertEquals(200, stored.length());
    }

    @Test
    void aTokenIsRefusedAtOnceAfterLoggingOut() {
        var user = newUser();
        String other = logIn(user.email(), PASSWORD);
        user.client().post("/auth/logout").then().statusCode(204);
        refused(user.token());
        user.client().post("/auth/logout").then().spec(problem(401));
        user.client().post("/auth/refresh").then().spec(problem(401));
        accepted(other);
    }

    @Test
    void oneSessionCanBeEndedFromAnother() {
        var user = newUser();
        String other = logIn(user.email(), PASSWORD);
        user.client().delete("/auth/sessions/{id}", sessionOf(other)).then().statusCode(204);
        refused(other);
        accepted(user.token());
        user.client().delete("/auth/sessions/{id}", sessionOf(other)).then().spec(problem(404));
    }

    @Test
    void allOtherSessionsCanBeEnded() {
        var user = newUser();
        var stranger = newUser();
        List<String> others = List.of(logIn(user.email(), PASSWORD), logIn(user.email(), PASSWORD));
        user.client().delete("/auth/sessions").then().statusCode(204);
        others.forEach(SessionTest::refused);
        accepted(user.token());
        accepted(stranger.token());
        user.client().get("/auth/sessions").then().body("items.id", contains(sessionOf(user.token())));
    }

    /** Of a client that has lost the id of the one session that it means. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "//"})
    void anEmptyIdIsNotThatOfAllSessions(String id) {
        var user = newUser();
        String other = logIn(user.email(), PASSWORD);
        user.client()
                .urlEncodingEnabled(false)
                .delete("/auth/sessions" + id)
                .then()
                .spec(problem(404));
        accepted(other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "x", "00000000-0000-0000-0000-000000000000", "%00", "..%2f"})
    void anUnknownSessionIsNotFound(String id) {
        newUser()
                .client()
                .urlEncodingEnabled(false)
                .delete("/auth/sessions/" + id)
                .then()
                .spec(problem(404));
    }

    @Test
    void somebodyElsesSessionCannotBeEnded() {
        var user = newUser();
        var attacker = newUser();
        attacker.client()
                .delete("/auth/sessions/{id}", sessionOf(user.token()))
                .then()
                .spec(problem(404));
        attacker.client().delete("/auth/sessions").then().statusCode(204);
        accepted(user.token());
    }

    @Test
    void everyLogInBeginsASessionOfItsOwnSoNoneCanBeFixed() {
        var user = newUser();
        String second = logIn(user.email(), PASSWORD);
        assertNotEquals(sessionOf(user.token()), sessionOf(second));
        // What an attacker brings along, a token of the own or an id, becomes nobody's session.
        var attacker = newUser();
        String third = attacker.client()
                .queryParam("session", sessionOf(attacker.token()))
                .cookie("session", sessionOf(attacker.token()))
                .body(Map.of("email", user.email(), "password", PASSWORD))
                .post("/auth/login")
                .path("access_token");
        assertNotEquals(sessionOf(attacker.token()), sessionOf(third));
        bearer(attacker.token()).get("/auth/me").then().body("id", equalTo(attacker.id()));
    }

    @Test
    void aRefreshGivesAnotherTokenOfTheSameSession() {
        var user = newUser();
        String second = user.client()
                .post("/auth/refresh")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("token_type", equalTo("bearer"))
                .body("expires_in", equalTo(604_800))
                .extract()
                .path("access_token");
        assertNotEquals(user.token(), second);
        assertEquals(sessionOf(user.token()), sessionOf(second));
        accepted(second);
        bearer(second).get("/auth/sessions").then().body("items", hasSize(1));
    }

    @Test
    void theTokenBeforeWorksForAShortOverlap() {
        var user = newUser();
        String second = refresh(user.token());
        accepted(user.token());
        // The other tab, or another try after a lost answer
        String third = refresh(user.token());
        accepted(second);
        accepted(third);
        // From now, however long the requests before took
        change(user, "retired_at = array(select now() - interval '29 s' from unnest(retired_at))");
        accepted(user.token());
        accepted(refresh(user.token()));
    }

    @Test
    void reuseOfARetiredTokenEndsTheSession() {
        var user = newUser();
        String other = logIn(user.email(), PASSWORD);
        String second = refresh(user.token());
        passTime(user, 31);
        accepted(second);
        refused(user.token());
        refused(second);
        accepted(other);
    }

    @Test
    void refreshingWithARetiredTokenEndsTheSession() {
        var user = newUser();
        String second = refresh(user.token());
        String third = refresh(second);
        accepted(user.token());
        passTime(user, 31);
        accepted(third);
        bearer(user.token()).post("/auth/refresh").then().spec(problem(401));
        refused(third);
    }

    @Test
    void everyRetiredTokenHasItsOwnOverlap() {
        var user = newUser();
        String second = refresh(user.token());
        passTime(user, 20);
        String third = refresh(second);
        passTime(user, 20);
        accepted(third);
        accepted(second);
        refused(user.token());
    }

    @Test
    void racingRefreshesLogNobodyOut() {
        var user = newUser();
        List<String> tokens = atOnce(20, i -> user.client().post("/auth/refresh")).stream()
                .map(answer -> answer.then().statusCode(200).extract().<String>path("access_token"))
                .toList();
        assertEquals(
                List.of("1"),
                DATABASE.query("select generation from sessions where id = ?", uuid(sessionOf(user.token()))));
        passTime(user, 31);
        tokens.forEach(SessionTest::accepted);
    }

    @Test
    void aThiefWhoRefreshesInTheOverlapIsFoundOutWithTheNextRefresh() {
        var user = newUser();
        String mine = refresh(user.token());
        String thiefs = refresh(user.token());
        passTime(user, 31);
        String next = refresh(thiefs);
        passTime(user, 31);
        refused(mine);
        refused(next);
    }

    @Test
    void aSaveThatFailsInTheMiddleOfARotationLeavesTheTokenGood() {
        var user = newUser();
        DATABASE.whileRefusing(
                "update of generation on sessions",
                "old.user_id = '" + user.id() + "'",
                () -> user.client()
                        .post("/auth/refresh")
                        .then()
                        .spec(problem(500))
                        .body("access_token", nullValue()));
        accepted(user.token());
        String second = refresh(user.token());
        passTime(user, 31);
        accepted(second);
    }

    @Test
    void aSessionEndsAfterSevenDaysWithoutUse() {
        var user = newUser();
        String other = logIn(user.email(), PASSWORD);
        change(user, "last_used_at = now() - interval '7 days' + interval '10 s'");
        accepted(other);
        change(user, "last_used_at = now() - interval '7 days'");
        refused(user.token());
        user.client().post("/auth/refresh").then().spec(problem(401));
        bearer(other).get("/auth/sessions").then().body("items.id", contains(sessionOf(other)));
    }

    @Test
    void aSessionEndsAfterNinetyDaysHoweverMuchItIsUsed() {
        var user = newUser();
        change(user, "created_at = now() - interval '90 days' + interval '1 hour'");
        bearer(refresh(user.token()))
                .post("/auth/refresh")
                .then()
                .statusCode(200)
                .body("expires_in", lessThanOrEqualTo(3_600));
        change(user, "created_at = now() - interval '90 days'");
        refused(user.token());
    }

    @Test
    void lastUseIsWrittenToTheMinute() {
        var user = newUser();
        change(user, "last_used_at = now() - interval '2 days'");
        accepted(user.token());
        awaitWrittenUse(user);
        DATABASE.await("select 1 from sessions where user_id = '" + user.id()
                + "' and last_used_at = date_trunc('minute', last_used_at)");
    }

    /** Somebody else's use is written down last, so that what the requests before it began is over by then. */
    @Test
    void ofAllRequestsWithinAMinuteOneIsWrittenDown() {
        var user = newUser();
        var last = newUser();
        change(user, "last_used_at = now() - interval '2 days'");
        change(last, "last_used_at = now() - interval '2 days'");
        var minute = Instant.now().truncatedTo(ChronoUnit.MINUTES);
        SqlLog.clear();
        accepted(user.token());
        awaitWrittenUse(user);
        for (int i = 0; i < 20; i++) {
            accepted(user.token());
        }
        accepted(last.token());
        awaitWrittenUse(last);
        long minutes = 1 + ChronoUnit.MINUTES.between(minute, Instant.now());
        long writes = SqlLog.statements().stream()
                .filter(sql -> sql.startsWith("update sessions"))
                .count();
        assertTrue(writes <= 1 + minutes, writes + " writes");
    }

    @Test
    void noRequestWaitsForItsUseToBeWrittenDown() {
        var user = newUser();
        change(user, "last_used_at = now() - interval '2 days'");
        DATABASE.whileLocked("select from sessions where id = '" + sessionOf(user.token()) + "' for update", () -> {
            accepted(user.token());
            DATABASE.await("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                    + " and query like 'update sessions %last_used_at%'");
        });
        awaitWrittenUse(user);
    }

    @Test
    void aLogInClearsSessionsAwayThatHaveEnded() {
        var gone = newUser();
        change(gone, "last_used_at = now() - interval '8 days'");
        var user = newUser();
        logIn(user.email(), PASSWORD);
        DATABASE.await("select 1 where not exists (select from sessions where user_id = '" + gone.id() + "')");
    }

    @Test
    void aUserHasAHundredSessionsAtMost() {
        var user = newUser();
        DATABASE.query(
                "insert into sessions select gen_random_uuid(), user_id, created_at, last_used_at + interval '1 minute' * n,"
                        + " null, address, 0, '{}' from sessions, generate_series(1, 99) n where user_id = ?",
                uuid(user.id()));
        accepted(user.token());
        String latest = logIn(user.email(), PASSWORD);
        refused(user.token());
        bearer(latest).get("/auth/sessions").then().body("items", hasSize(100));
    }

    @Test
    void aSessionThatIsEndedWhileALogInWouldEndItIsNoFault() {
        var user = newUser();
        DATABASE.query(
                "insert into sessions select gen_random_uuid(), user_id, created_at, last_used_at + interval '1 minute' * n,"
                        + " null, address, 0, '{}' from sessions, generate_series(1, 99) n where user_id = ?",
                uuid(user.id()));
        String latest = DATABASE.overtaken(
                "delete from sessions where id = '" + sessionOf(user.token()) + "'",
                () -> logIn(user.email(), PASSWORD));
        bearer(latest).get("/auth/sessions").then().body("items", hasSize(100));
    }

    @Test
    void endingWhileRefreshingLeavesNothingAlive() {
        for (int i = 0; i < 20; i++) {
            var user = newUser();
            var refreshed = CompletableFuture.supplyAsync(() -> user.client().post("/auth/refresh"));
            user.client().post("/auth/logout").then().statusCode(204);
            Response answer = refreshed.join();
            if (answer.statusCode() == 200) {
                refused(answer.path("access_token"));
            } else {
                answer.then().spec(problem(401));
            }
            assertEquals(List.of(), DATABASE.query("select id from sessions where user_id = ?", uuid(user.id())));
        }
    }

    private static void awaitWrittenUse(User user) {
        DATABASE.await("select 1 from sessions where user_id = '" + user.id()
                + "' and last_used_at > now() - interval '2 minutes'");
    }

    private static String refresh(String token) {
        return bearer(token)
                .post("/auth/refresh")
                .then()
                .statusCode(200)
                .extract()
                .path("access_token");
    }

    private static void accepted(String token) {
        bearer(token).get("/auth/me").then().statusCode(200);
    }

    private static void refused(String token) {
        Response answer = bearer(token).get("/auth/me");
        answer.then().spec(problem(401));
        assertEquals(List.of("Bearer error=\"invalid_token\""), answer.headers().getValues("WWW-Authenticate"));
    }

    /** As if the tokens of the user's sessions had been retired so many seconds earlier. */
    private static void passTime(User user, int seconds) {
        change(
                user,
                "retired_at = (select coalesce(array_agg(t - interval '%d s' order by t), '{}') from unnest(retired_at) t)"
                        .formatted(seconds));
    }

    /** Changes the session that the user's token is of. */
    private static void change(User user, String assignment) {
        DATABASE.query("update sessions set " + assignment + " where id = ?", uuid(sessionOf(user.token())));
    }

    private static UUID uuid(String text) {
        return UUID.fromString(text);
    }
}
