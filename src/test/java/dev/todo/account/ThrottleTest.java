package dev.todo.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.RawConnection;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guessing passwords, and asking for too much. */
@QuarkusTest
class ThrottleTest extends ApiTest {

    private static final String WRONG = "wrong password";

    /** Of {@link #PASSWORD}, as the Python backend wrote them. */
    private static final String OUTDATED_HASH = "$2y$10$rZKcJ/7G2B3p60X9ttn4ouIFeQudzdc.FR8s1YQ2AgbpBGtqGN.Z.";

    /** A password of somebody who {@link #failed} 12.25 times. */
    private static final String BEING_TESTED =
            "select 1 from throttles where blocked_until > now() and level between 12.1 and 12.3";

    private final Database database = Database.underTest();

    @Test
    void afterFiveFailuresEvenTheRightPasswordIsNotTested() {
        var user = newUser();
        String address = newAddress();
        fail(user.email(), address, 5);
        double before = hashes();
        Response refused = tryLogIn(user.email(), PASSWORD, address);
        refused.then().spec(problem(429));
        assertEquals(0, hashes() - before);
        int seconds = Integer.parseInt(refused.header("Retry-After"));
        assertTrue(seconds >= 10 && seconds <= 15, "Retry-After: " + seconds);
    }

    @Test
    void delaysGrowToFifteenMinutesAndARightPasswordEndsThem() {
        var user = newUser();
        String address = newAddress();
        fail(user.email(), address, 5);
        List<Integer> delays = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            delays.add(Integer.parseInt(tryLogIn(user.email(), WRONG, address).header("Retry-After")));
            passTheDelay();
            fail(user.email(), address, 1);
        }
        for (int i = 1; i < delays.size(); i++) {
            assertTrue(delays.get(i) > delays.get(i - 1) || delays.get(i) > 890, delays::toString);
        }
        assertTrue(Collections.max(delays) <= 900, delays::toString);
        passTheDelay();
        tryLogIn(user.email(), PASSWORD, address).then().statusCode(200);
        fail(user.email(), address, 4);
        tryLogIn(user.email(), PASSWORD, address).then().statusCode(200);
    }

    @Test
    void anUnknownAddressIsThrottledLikeAKnownOne() {
        String known = newUser().email();
        String unknown = newEmail();
        for (int i = 0; i < 6; i++) {
            Response one = tryLogIn(known, WRONG, newAddress());
            Response other = tryLogIn(unknown, WRONG, newAddress());
            assertEquals(one.statusCode(), other.statusCode());
            assertEquals(one.body().asString(), other.body().asString());
            assertEquals(headersButSeconds(one), headersButSeconds(other));
            assertTrue(Math.abs(secondsLeft(one) - secondsLeft(other)) <= 1, "a delay of another length");
        }
    }

    /** Java and the database write its small letter in different ways; only one of them tells which addresses are the same. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCapitalSigmaCountsAsItsSmallLetterWhetherTheAddressIsKnownOrNot(boolean isKnown) {
        String rest = "1" + newEmail();
        if (isKnown) {
            anonymous()
                    .body(Map.of("email", "οΣ" + rest, "password", PASSWORD))
                    .post("/auth/signup")
                    .then()
                    .statusCode(201);
        }
        fail("οΣ" + rest, newAddress(), 3);
        fail("ος" + rest, newAddress(), 2);
        tryLogIn("οσ" + rest, WRONG, newAddress()).then().spec(problem(401));
        tryLogIn("Ος" + rest, WRONG, newAddress()).then().spec(problem(429));
    }

    /** A second may have ended between two answers. */
    private static List<String> headersButSeconds(Response answer) {
        return headers(answer).stream()
                .map(header -> header.replaceFirst("^(Retry-After=)\\d+$", "$1some"))
                .toList();
    }

    private static int secondsLeft(Response answer) {
        String seconds = answer.header("Retry-After");
        return seconds == null ? 0 : Integer.parseInt(seconds);
    }

    @Test
    void guessingAtOneAccountFromManyAddressesIsThrottled() {
        var user = newUser();
        for (int i = 0; i < 5; i++) {
            fail(user.email(), newAddress(), 1);
        }
        tryLogIn(user.email(), PASSWORD, newAddress()).then().spec(problem(429));
        tryLogIn(user.email(), PASSWORD, "2001:db8::1").then().spec(problem(429));
    }

    @Test
    void somebodyElsesFailuresLockNobodyOutWhereTheyUsuallyLogIn() {
        var user = newUser();
        String home = newAddress();
        tryLogIn(user.email(), PASSWORD, home).then().statusCode(200);
        for (int i = 0; i < 5; i++) {
            fail(user.email(), newAddress(), 1);
        }
        tryLogIn(user.email(), PASSWORD, newAddress()).then().spec(problem(429));
        tryLogIn(user.email(), PASSWORD, home).then().statusCode(200);
        tryLogIn(user.email(), WRONG, home).then().spec(problem(401));
    }

    @Test
    void whereTheyUsuallyLogInTheyAreThrottledToo() {
        var user = newUser();
        String home = newAddress();
        tryLogIn(user.email(), PASSWORD, home).then().statusCode(200);
        fail(user.email(), home, 5);
        tryLogIn(user.email(), PASSWORD, home).then().spec(problem(429));
    }

    @Test
    void of50GuessesAtOnceFiveAreAnswered() {
        var user = newUser();
        List<Integer> statuses =
                statusCodes(atOnce(50, i -> tryLogIn(user.email(), i == 40 ? PASSWORD : WRONG + i, newAddress())));
        assertTrue(Collections.frequency(statuses, 401) <= 5, statuses::toString);
        assertTrue(Collections.frequency(statuses, 429) >= 44, statuses::toString);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 9})
    void ofManyGuessesAtTheEndOfADelayOneIsTested(int failures) {
        var user = newUser();
        failed(user, Integer.toString(failures));
        double before = hashes();
        List<Integer> statuses = statusCodes(atOnce(20, i -> tryLogIn(user.email(), WRONG + i, newAddress())));
        assertEquals(1, Collections.frequency(statuses, 401), statuses::toString);
        assertEquals(1, hashes() - before);
        tryLogIn(user.email(), PASSWORD, newAddress()).then().spec(problem(429));
    }

    /** Else who has a guess wait for longer than the delay, behind log-ins of their own, could have many tested. */
    @ParameterizedTest
    @ValueSource(strings = {PASSWORD, WRONG})
    void aGuessThatWaitsForLongerThanTheDelayIsNotAnsweredIfAnotherIsTested(String password) {
        var user = newUser();
        // A right password would have it replaced.
        database.query("update users set hashed_password = ? where email = ?", OUTDATED_HASH, user.email());
        failed(user, "12.25");
        String address = newAddress();
        whileLoggingIn(40, List.of(address), flood -> {
            var guess = CompletableFuture.supplyAsync(() -> tryLogIn(user.email(), password, address));
            database.await(BEING_TESTED);
            assertEquals(List.of(), database.query(BEING_TESTED + " and blocked_until > now() + interval '1 minute'"));
            database.query("update throttles set blocked_until = now() + interval '1 hour'"
                    + " where blocked_until > now() and level between 12.1 and 12.3");
            guess.join().then().spec(problem(429));
        });
        assertEquals(
                List.of("12.25"),
                database.query("select level from throttles where blocked_until > now() + interval '50 minutes'"));
        assertNotReplaced(user);
        passTheDelay();
    }

    @Test
    void whoGoesAwayBeforeTheirPasswordIsTestedBeginsNoDelay() {
        var user = newUser();
        failed(user, "12.25");
        String address = newAddress();
        String body = "{\"email\":\"" + user.email() + "\",\"password\":\"" + PASSWORD + "\"}";
        whileLoggingIn(40, List.of(address), flood -> {
            try (var connection = new RawConnection(RawConnection.lines(
                    "POST /auth/login HTTP/1.1",
                    "Host: a",
                    "Content-Type: application/json",
                    "X-Forwarded-For: " + address,
                    "Content-Length: " + body.length(),
                    ""))) {
                connection.write(body);
                database.await(BEING_TESTED);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            database.await("select 1 where not exists (" + BEING_TESTED + ")");
            int before = answered(flood).size();
            assertTrue(before < 40, before + " were served before");
        });
        tryLogIn(user.email(), PASSWORD, address).then().statusCode(200);
    }

    /** Of each further failure the delay would be as long, and all of them are forgotten one by one. */
    @Test
    void whoWasGuessedAtForAWeekPaysForItForLessThanADay() {
        String email = newEmail();
        fail(email, newAddress(), 1);
        database.query("update throttles set level = 500"
                + " where level between 0.5 and 1.5 and forgotten_at > now() + interval '50 minutes'");
        fail(email, newAddress(), 1);
        assertEquals(
                List.of(),
                database.query("select level from throttles"
                        + " where forgotten_at between now() + interval '1 day' and now() + interval '80 days'"));
    }

    @Test
    void anAddressThatIsSomebodysIdCountsForNobody() {
        var user = newUser();
        String id = user.client().get("/auth/me").path("id");
        fail(id, newAddress(), 5);
        tryLogIn(id, WRONG, newAddress()).then().spec(problem(429));
        tryLogIn(user.email(), PASSWORD, newAddress()).then().statusCode(200);
    }

    @Test
    void aLogInWhoseFailuresCannotBeForgottenSucceeds() {
        var user = newUser();
        database.whileRefusing(
                "insert or update on throttles",
                "true",
                () -> tryLogIn(user.email(), PASSWORD, newAddress()).then().statusCode(200));
    }

    @Test
    void aLogInWhoseFailuresSomebodyElseForgetsSucceeds() {
        var user = newUser();
        fail(user.email(), newAddress(), 1);
        database.overtaken(
                        "delete from throttles where level between 0.5 and 1.5 and counted_at > now() - interval '10 s'",
                        () -> tryLogIn(user.email(), PASSWORD, newAddress()))
                .then()
                .statusCode(200);
    }

    /** Somebody who fills up the address's count before, and then looks how full it is, would learn whether it was. */
    @ParameterizedTest
    @ValueSource(strings = {PASSWORD, WRONG})
    void ofManyGuessesAtOnceNothingTellsWhetherTheRightOneWasAmongThem(String last) {
        var user = newUser();
        // A right password would have it replaced.
        database.query("update users set hashed_password = ? where email = ?", OUTDATED_HASH, user.email());
        String address = newAddress();
        failed(user, "4.25");
        double before = hashes();
        var others = CompletableFuture.supplyAsync(() ->
                statusCodes(atOnce(19, i -> tryLogIn(user.email(), WRONG + i, address))));
        database.await("select 1 from throttles where blocked_until > now()"
                + " and (level between 4.1 and 4.3 or level between 5.1 and 5.3)");
        tryLogIn(user.email(), last, address).then().spec(problem(429));
        List<Integer> statuses = others.join();
        assertEquals(1, Collections.frequency(statuses, 401), statuses::toString);
        assertEquals(
                List.of("1", "5"),
                database.query("select round(level) from throttles order by counted_at desc limit 2"));
        assertEquals(1, hashes() - before);
        assertNotReplaced(user);
        passTheDelay();
    }

    private void assertNotReplaced(User user) {
        assertEquals(
                List.of(OUTDATED_HASH),
                database.query("select hashed_password from users where email = ?", user.email()));
    }

    @Test
    void credentialStuffingOverManyAccountsFromOneAddressIsThrottled() {
        String address = newAddress();
        setLevel(address, 98);
        fail(newEmail(), address, 1);
        fail(newEmail(), address, 1);
        var victim = newUser();
        tryLogIn(victim.email(), PASSWORD, address).then().spec(problem(429));
        tryLogIn(victim.email(), PASSWORD, newAddress()).then().statusCode(200);
    }

    @Test
    void oneIpv6NetworkIsOneClient() {
        setLevel("2001:db8:1:2::1", 98);
        fail(newEmail(), "2001:db8:1:2::2", 1);
        fail(newEmail(), "2001:db8:1:2:ffff::3", 1);
        tryLogIn(newEmail(), WRONG, "2001:db8:1:2::4").then().spec(problem(429));
        tryLogIn(newEmail(), WRONG, "2001:db8:1:3::4").then().spec(problem(401));
    }

    @Test
    void signUpsFromOneAddressAreThrottled() {
        String address = newAddress();
        for (int i = 0; i < 2; i++) {
            anonymous(address)
                    .body(Map.of("email", newEmail(), "password", PASSWORD))
                    .post("/auth/signup")
                    .then()
                    .statusCode(201);
            database.query("update throttles set level = level + 198"
                    + " where level between 0.5 and 1.5 and counted_at > now() - interval '5 s'");
        }
        anonymous(address)
                .body(Map.of("email", newEmail(), "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .spec(problem(429));
    }

    /** Each would keep a connection to the database that others need. */
    @Test
    void whoGoesOnWhileThrottledDoesNotQueueForALock() {
        String address = newAddress();
        anonymous(address)
                .body(Map.of("email", newEmail(), "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .statusCode(201);
        database.query("update throttles set level = 300, blocked_until = now() + interval '1 minute'"
                + " where level between 0.5 and 1.5 and counted_at > now() - interval '5 s'");
        database.whileLocked(
                "select 1 from throttles for update",
                () -> anonymous(address)
                        .body(Map.of("email", newEmail(), "password", PASSWORD))
                        .post("/auth/signup")
                        .then()
                        .spec(problem(429)));
    }

    /** What a client writes into the header itself stands before what the proxy appends. */
    @ParameterizedTest
    @ValueSource(strings = {"%s, ", "%s,unknown,", "127.0.0.1, %s, ", ", ,%s ,"})
    void aMadeUpHeaderHidesNobody(String madeUp) {
        String address = newAddress();
        setLevel(address, 98);
        for (int i = 0; i < 2; i++) {
            fail(newEmail(), madeUp.formatted(newAddress()) + address, 1);
        }
        tryLogIn(newEmail(), WRONG, madeUp.formatted(newAddress()) + address)
                .then()
                .spec(problem(429));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3",
        "10.1.2.3:4711, 10.1.2.3",
        "'[2001:db8::1]:80', 2001:db8::1",
        "::ffff:10.9.8.7, 10.9.8.7",
        "'10.1.2.3, 127.0.0.1', 10.1.2.3",
        "'10.1.2.3, x', 127.0.0.1",
        "10.1.2, 127.0.0.1",
        "example.org, 127.0.0.1"
    })
    void theAddressOfASessionIsTheOneThatTheProxyTells(String header, String address) {
        var user = newUser();
        String token = tryLogIn(user.email(), PASSWORD, header).path("access_token");
        assertEquals(address, bearer(token).get("/auth/sessions").path("items.find { it.current }.address"));
    }

    @Test
    void oneAddressDoesNotTakeAllPlacesWherePasswordsWaitToBeHashed() {
        var victim = newUser();
        whileLoggingIn(110, List.of(newAddress()), flood -> {
            tryLogIn(victim.email(), PASSWORD, newAddress()).then().statusCode(200);
            List<Integer> statuses = answered(flood);
            assertTrue(statuses.contains(429) && !statuses.contains(503), statuses::toString);
        });
    }

    @Test
    void whoComesLaterDoesNotWaitForAllThatOneAddressHasWaiting() {
        var victim = newUser();
        whileLoggingIn(60, List.of(newAddress()), flood -> {
            tryLogIn(victim.email(), PASSWORD, newAddress()).then().statusCode(200);
            int before = answered(flood).size();
            assertTrue(before < 30, before + " were served before");
        });
    }

    @Test
    void addressesThatTakeAllPlacesMakeRoomForAnother() {
        var victims = Stream.generate(ApiTest::newUser).limit(5).toList();
        whileLoggingIn(150, List.of(newAddress(), newAddress()), flood -> {
            for (var victim : victims) {
                tryLogIn(victim.email(), PASSWORD, newAddress()).then().statusCode(200);
            }
            List<Integer> statuses = answered(flood);
            assertTrue(statuses.contains(503), statuses::toString);
        });
    }

    @Test
    void whatIsForgottenIsClearedAway() {
        database.query("insert into throttles select gen_random_uuid(), 0, now(), null, now() - interval '1 hour'"
                + " from generate_series(1, 5)");
        fail(newEmail(), newAddress(), 2);
        database.await(
                "select 1 where not exists (select from throttles where forgotten_at < now() - interval '30 minutes')");
    }

    /** Two that each wait for what the other has cleared away would wait for ever: PostgreSQL ends one of them. */
    @Test
    void whoWaitsForAThrottleKeepsNobodyFromAnother() {
        String email = newEmail();
        String address = newAddress();
        fail(email, address, 1);
        var waiting = new CompletableFuture<Response>();
        database.whileLocked("select from throttles for update", () -> {
            String forgotten = UUID.randomUUID().toString();
            database.query(
                    "insert into throttles values (?::uuid, 0, now(), null, now() - interval '1 year')", forgotten);
            waiting.completeAsync(() -> tryLogIn(email, WRONG, address));
            database.await(
                    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%throttles%'");
            String lock = "select key from throttles where key = ?::uuid for update skip locked";
            assertEquals(List.of(forgotten), database.query(lock, forgotten));
        });
        waiting.join().then().spec(problem(401));
    }

    /** Has somebody log in from some addresses, all at once; with the right password, which no throttle counts. */
    private static void whileLoggingIn(
            int times, List<String> addresses, Consumer<List<CompletableFuture<Response>>> work) {
        var attacker = newUser();
        var threads = Executors.newFixedThreadPool(times);
        try {
            var flood = IntStream.range(0, times)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> tryLogIn(attacker.email(), PASSWORD, addresses.get(i % addresses.size())), threads))
                    .toList();
            CompletableFuture.anyOf(flood.toArray(CompletableFuture[]::new)).join();
            work.accept(flood);
            // The tests after this one count hashes. On a slow machine the last of these are not waited for.
            CompletableFuture.allOf(flood.toArray(CompletableFuture[]::new))
                    .handle((all, failure) -> null)
                    .join();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Of those that have been answered. */
    private static List<Integer> answered(List<CompletableFuture<Response>> flood) {
        return flood.stream()
                .filter(answer -> answer.isDone() && !answer.isCompletedExceptionally())
                .map(CompletableFuture::join)
                .map(Response::statusCode)
                .toList();
    }

    private static void fail(String email, String address, int times) {
        for (int i = 0; i < times; i++) {
            tryLogIn(email, WRONG, address).then().spec(problem(401));
        }
    }

    private static Response tryLogIn(String email, String password, String address) {
        return anonymous(address)
                .header("X-Request-Id", "the-same")
                .body(Map.of("email", email, "password", password))
                .post("/auth/login");
    }

    /** As if so many had failed from the address. */
    private void setLevel(String address, int level) {
        String marker = newEmail();
        fail(marker, address, 1);
        List<String> keys = database.query(
                "select key from throttles where level between 0.5 and 1.5 order by counted_at desc limit 2");
        for (String key : keys) {
            database.query("update throttles set level = ? where key = ?", level, UUID.fromString(key));
        }
    }

    /** As if somebody had failed so often, and waited. */
    private void failed(User user, String level) {
        fail(user.email(), newAddress(), 1);
        database.query("update throttles set level = " + level
                + " where level between 0.5 and 1.5 and counted_at > now() - interval '5 s'");
    }

    /** As if all had waited as long as they were told. */
    private void passTheDelay() {
        database.query("update throttles set blocked_until = now() where blocked_until > now()");
    }
}
