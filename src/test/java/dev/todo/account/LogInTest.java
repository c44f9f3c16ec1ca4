package dev.todo.account;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class LogInTest extends ApiTest {

    /** Of {@link #PASSWORD}, as the Python backend wrote them first and last. */
    private static final String OLD_HASH = "$2b$04$KRGS1aHWylpuXqU5y5sSJOmwjqWHYdNI5gLf1y459zZpC6u6oHeoW";

    private static final String CURRENT_HASH =
            "$bcrypt-sha256$v=2,t=2b,r=10$JEEVDKHfxoy6YBUsjNWwuu$ZklwE55f1ARi0D0OhKiXRhC2YFieHRe";

    @Test
    void givesAnHs256TokenForSevenDaysWithEveryClaim() throws IOException {
        var user = newUser();
        String token = anonymous()
                .body(Map.of("email", user.email(), "password", PASSWORD))
                .post("/auth/login")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("size()", equalTo(3))
                .body("token_type", equalTo("bearer"))
                .body("expires_in", equalTo(604_800))
                .extract()
                .path("access_token");
        String[] parts = token.split("\\.", -1);
        var json = new ObjectMapper();
        JsonNode header = json.readTree(Base64.getUrlDecoder().decode(parts[0]));
        JsonNode claims = json.readTree(Base64.getUrlDecoder().decode(parts[1]));
        assertEquals("HS256", header.get("alg").asText());
        assertEquals(user.id(), claims.get("sub").asText());
        assertEquals(user.email(), claims.get("email").asText());
        assertEquals("todo", claims.get("iss").asText());
        assertEquals("todo", claims.get("aud").asText());
        assertEquals(604_800, claims.get("exp").asLong() - claims.get("iat").asLong());
        assertTrue(!claims.get("jti").asText().isBlank());
        assertNotEquals(token, logIn(user.email(), PASSWORD));
    }

    /** A statement that the database has prepared must not change what it gives. */
    @Test
    void isNotDisturbedByAColumnThatANewerVersionAdds() {
        var user = newUser();
        logInTimes(20, user);
        Database.underTest().query("alter table users add column later text");
        try {
            logInTimes(3, user);
        } finally {
            Database.underTest().query("alter table users drop column later");
        }
    }

    private static void logInTimes(int times, User user) {
        for (int i = 0; i < times; i++) {
            tryLogIn(user.email(), PASSWORD).then().statusCode(200);
        }
    }

    @Test
    void answersUnknownAddressAndWrongPasswordAlike() {
        var user = newUser();
        Response wrong = tryLogIn(user.email(), "wrong password");
        Response unknown = tryLogIn(newEmail(), "wrong password");
        wrong.then().spec(problem(401)).header("WWW-Authenticate", "Bearer");
        assertEquals(wrong.statusCode(), unknown.statusCode());
        assertEquals(wrong.body().asString(), unknown.body().asString());
        assertEquals(headers(wrong), headers(unknown));
    }

    /** The median of several, since one tells nothing. */
    @Test
    void answersUnknownAddressAndWrongPasswordInTheSameTime() {
        List<Long> wrong = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            String email = newUser().email();
            wrong.add(tryLogIn(email, "wrong password").time());
            unknown.add(tryLogIn(newEmail(), "wrong password").time());
        }
        double ratio = (double) median(wrong) / median(unknown);
        assertTrue(ratio > 0.5 && ratio < 2, "wrong / unknown: " + ratio);
    }

    @Test
    void unknownAddressAndWrongPasswordCostOneHashEach() {
        var user = newUser();
        double before = hashes();
        tryLogIn(user.email(), "wrong password");
        double afterWrong = hashes();
        tryLogIn(newEmail(), "wrong password");
        double afterUnknown = hashes();
        tryLogIn(user.email(), PASSWORD);
        double afterRight = hashes();
        assertEquals(1, afterWrong - before);
        assertEquals(1, afterUnknown - afterWrong);
        assertEquals(1, afterRight - afterUnknown);
    }

    @ParameterizedTest
    @MethodSource("passlibVectors")
    void verifiesHashesOfPasslibAndRewritesOldOnes(String password, String hash) {
        String email = storeUser(hash);
        logIn(email, password);
        String rewritten = storedHash(email);
        if (hash.startsWith("$bcrypt-sha256$")) {
            assertEquals(hash, rewritten);
        } else {
            assertTrue(rewritten.startsWith("$bcrypt-sha256$v=2,t=2b,r=10$"), rewritten);
        }
        logIn(email, password);
        assertEquals(rewritten, storedHash(email));
        assertEquals(401, tryLogIn(email, password + "x").statusCode());
    }

    @ParameterizedTest
    @MethodSource("passlibVectors")
    void refusesOtherPasswordsForHashesOfPasslib(String password, String hash) {
        String email = storeUser(hash);
        assertEquals(401, tryLogIn(email, "x" + password).statusCode());
        assertEquals(hash, storedHash(email));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "!",
                "$2b$12$short",
                "$2x$04$1t.kuAZvmRJRm80mLoVWg.YLMx9vm/TPC6MNFrzVa8Rg7Z/X0fS1S",
                "$bcrypt-sha256$2b,12$JEEVDKHfxoy6YBUsjNWwuu$ZklwE55f1ARi0D0OhKiXRhC2YFieHRe",
                "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA",
                "$2b$99$1t.kuAZvmRJRm80mLoVWg.YLMx9vm/TPC6MNFrzVa8Rg7Z/X0fS1S"
            })
    void anAccountWithoutAUsableHashRefusesEveryPassword(String hash) {
        String email = storeUser(hash);
        double before = hashes();
        tryLogIn(email, PASSWORD).then().spec(problem(401));
        assertEquals(1, hashes() - before);
    }

    @Test
    void rewritesHashesOfAnotherCost() {
        String email = storeUser("$bcrypt-sha256$v=2,t=2b,r=5$R9vme.NzM.j3LDkHT3t2c.$xKmwhGXBkPunM4vD1P2qIufXhKZyK.S");
        logIn(email, PASSWORD);
        assertTrue(storedHash(email).startsWith("$bcrypt-sha256$v=2,t=2b,r=10$"));
    }

    /** What the Python backend hashed was not normalised either, and normalising takes the square of the length. */
    @Test
    void aPasswordOfManyCombiningMarksKeepsNoCoreBusyWhereTheHashIsOld() {
        String email = storeUser(OLD_HASH);
        tryLogIn(email, "wrong password").then().spec(problem(401));
        String marks = "a" + "\u0323\u0301".repeat(60_000);
        assertTrue(tryLogIn(email, marks).then().spec(problem(401)).extract().time() < 3_000);
    }

    @Test
    void anOldHashThatAnotherLogInReplacesMeanwhileKeepsNobodyOut() {
        String email = storeUser(OLD_HASH);
        replacedMeanwhile(email, CURRENT_HASH, () -> tryLogIn(email, PASSWORD))
                .then()
                .statusCode(200);
        assertEquals(CURRENT_HASH, storedHash(email));
    }

    @ParameterizedTest
    @ValueSource(strings = {OLD_HASH, CURRENT_HASH})
    void aPasswordThatIsChangedDuringALogInIsAWrongOne(String hash) {
        String email = storeUser(hash);
        Response answer = replacedMeanwhile(email, "of another password", () -> tryLogIn(email, PASSWORD));
        answer.then().spec(problem(401));
        assertEquals(
                tryLogIn(newEmail(), PASSWORD).body().asString(), answer.body().asString());
    }

    @Test
    void namesWhatIsMissing() {
        anonymous()
                .body("{}")
                .post("/auth/login")
                .then()
                .spec(problem(400))
                .body("errors.field", hasItem("email"))
                .body("errors.field", hasItem("password"));
    }

    @Test
    void tasksAreReadPromptlyWhile50LogInsRun() {
        var user = newUser();
        user.createTask("Pay rent");
        inParallel(50, threads -> {
            var logIns = IntStream.range(0, 50)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> tryLogIn(newEmail(), "wrong password"), threads))
                    .toList();
            List<Long> reads = new ArrayList<>();
            while (logIns.stream().anyMatch(logIn -> !logIn.isDone())) {
                reads.add(user.client()
                        .get("/api/tasks")
                        .then()
                        .statusCode(200)
                        .extract()
                        .time());
            }
            assertTrue(reads.size() >= 5, "only " + reads.size() + " reads during 50 log-ins");
            assertTrue(median(reads) < 1_000, () -> "half of the reads took longer than " + median(reads) + " ms");
            logIns.forEach(logIn -> assertEquals(401, logIn.join().statusCode()));
        });
    }

    @Test
    void aRushOfLogInsIsToldToComeBackAndBreaksNothing() {
        inParallel(200, threads -> {
            var answers = IntStream.range(0, 200)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> tryLogIn(newEmail(), PASSWORD), threads))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();
            var statuses = answers.stream().map(Response::statusCode).toList();
            assertEquals(200, Collections.frequency(statuses, 401) + Collections.frequency(statuses, 503));
            assertTrue(statuses.contains(503) && statuses.contains(401), statuses::toString);
            answers.stream()
                    .filter(answer -> answer.statusCode() == 503)
                    .forEach(answer -> answer.then().spec(problem(503)).header("Retry-After", "10"));
        });
        newUser();
    }

    static Stream<Arguments> passlibVectors() throws IOException {
        JsonNode vectors;
        try (var file = LogInTest.class.getResourceAsStream("/passlib-vectors.json")) {
            vectors = new ObjectMapper().readTree(file);
        }
        return StreamSupport.stream(vectors.spliterator(), false)
                .map(vector -> Arguments.of(
                        vector.get("password").asText(), vector.get("hash").asText()));
    }

    private interface Work {
        void accept(ExecutorService threads);
    }

    private static void inParallel(int count, Work work) {
        var threads = Executors.newFixedThreadPool(count);
        try {
            work.accept(threads);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Response tryLogIn(String email, String password) {
        return anonymous()
                .header("X-Request-Id", "the-same")
                .body(Map.of("email", email, "password", password))
                .post("/auth/login");
    }

    private static long median(List<Long> times) {
        return times.stream().sorted().toList().get(times.size() / 2);
    }

    /** As the Python backend, or a migration from it, would have left a user. */
    private static String storeUser(String hash) {
        String email = newEmail();
        Database.underTest().query("insert into users values (?, ?, ?, now())", UUID.randomUUID(), email, hash);
        return email;
    }

    private static Response replacedMeanwhile(String email, String hash, Supplier<Response> work) {
        return Database.underTest()
                .overtaken("update users set hashed_password = '%s' where email = '%s'".formatted(hash, email), work);
    }

    private static String storedHash(String email) {
        return Database.underTest()
                .query("select hashed_password from users where email = ?", email)
                .get(0);
    }
}
