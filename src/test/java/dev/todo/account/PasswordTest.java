package dev.todo.account;

import static org.hamcrest.Matchers.contains;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which passwords may be chosen, and how one is changed. */
@QuarkusTest
class PasswordTest extends ApiTest {

    private static final String NEW_PASSWORD = "better horse battery staple";

    @ParameterizedTest
    @ValueSource(strings = {"password", "12345678", "PassWord1", "qwertyuiop", "iloveyou1", "ｐａｓｓｗｏｒｄ", "football1"})
    void theMostCommonPasswordsAreRefused(String password) {
        signUp(newEmail(), password)
                .then()
                .spec(problem(400))
                .body("errors.field", contains("password"))
                .body("errors.message", contains("is one of the most common passwords, which guessers try first"));
        change(newUser(), PASSWORD, password).then().spec(problem(400)).body("errors.field", contains("new_password"));
    }

    @ParameterizedTest
    @CsvSource({
        "ada.lovelace@example.org, ada.lovelace1843",
        "ADA.LOVELACE@example.org, 1843ada.lovelace",
        "ada.lovelace@example.org, my Ada.Lovelace!",
        "ada@b.org, canada dry ginger",
        "ａｄａ.lovelace@example.org, ada.lovelace1843"
    })
    void aPasswordThatContainsTheLocalPartIsRefused(String email, String password) {
        signUp(email, password).then().spec(problem(400)).body("errors.field", contains("password"));
    }

    @Test
    void theLocalPartIsLookedForWhenThePasswordIsChanged() {
        var user = newUser();
        change(user, PASSWORD, user.email().substring(0, 36))
                .then()
                .spec(problem(400))
                .body("errors.field", contains("new_password"));
    }

    @Test
    void aLocalPartOfTwoLettersMayBePartOfAPassword() {
        String email = "al@" + UUID.randomUUID() + ".example.org";
        signUp(email, "always something").then().statusCode(201);
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        anonymous()
                .body(Map.of("email", "nobody", "password", "password", "passwort", "x"))
                .post("/auth/signup")
                .then()
                .spec(problem(400))
                .body("errors.field.sort()", contains("email", "password", "passwort"));
    }

    /** An é of one character and of two, a ligature and two letters, full width and half, two kinds of blanks. */
    @ParameterizedTest
    @CsvSource({
        "caf\u00e9 racer, cafe\u0301 racer",
        "\ufb01ve \uff46ive five, five five five",
        "four\u00a0five six, four five six"
    })
    void onePasswordTypedOnTwoKeyboardsIsOne(String one, String other) {
        String email = newEmail();
        signUp(email, one).then().statusCode(201);
        logIn(email, one);
        logIn(email, other);
        anonymous()
                .body(Map.of("email", email, "password", one + " "))
                .post("/auth/login")
                .then()
                .spec(problem(401));
    }

    @Test
    void aHashOfThePythonBackendIsOfWhatWasTypedAndIsRewritten() {
        // passlib.hash.bcrypt.using(rounds=4).hash("cafe\u0301 racer")
        String email = newEmail();
        var user = newUser();
        String typed = "cafe\u0301 racer";
        change(user, PASSWORD, typed).then().statusCode(204);
        // As if it were one of the password as typed: the hash is of its NFKC form, which is another text.
        Database.underTest()
                .query("update users set password_normalized = false where id = ?", UUID.fromString(user.id()));
        assertEquals(401, tryLogIn(user.email(), typed).statusCode());
        logIn(user.email(), "caf\u00e9 racer");
        assertEquals(401, tryLogIn(email, typed).statusCode());
    }

    /** Normalising takes the square of the length: this took 15 seconds of a core. */
    @Test
    void aPasswordOfManyCombiningMarksKeepsNoCoreBusy() {
        String marks = "a" + "\u0323\u0301".repeat(60_000);
        assertTrue(signUp(newEmail(), marks).then().spec(problem(400)).extract().time() < 3_000);
        assertTrue(
                tryLogIn(newEmail(), marks).then().spec(problem(401)).extract().time() < 3_000);
    }

    @Test
    void aChangeTakesTheCurrentPasswordAndEndsAllOtherSessions() {
        var user = newUser();
        var stranger = newUser();
        String other = logIn(user.email(), PASSWORD);
        change(user, PASSWORD, NEW_PASSWORD).then().statusCode(204);
        user.client().get("/auth/me").then().statusCode(200);
        bearer(other).get("/auth/me").then().spec(problem(401));
        stranger.client().get("/auth/me").then().statusCode(200);
        tryLogIn(user.email(), PASSWORD).then().spec(problem(401));
        logIn(user.email(), NEW_PASSWORD);
    }

    /** Its password was right when it was read; then it waited for its turn to be hashed. */
    @Test
    void aLogInWithTheOldPasswordDuringAChangeBeginsNoSessionThatLasts() {
        for (int i = 0; i < 8; i++) {
            var user = newUser();
            var change = CompletableFuture.supplyAsync(() -> change(user, PASSWORD, NEW_PASSWORD));
            var logIns = Stream.generate(() -> CompletableFuture.supplyAsync(() -> tryLogIn(user.email(), PASSWORD)))
                    .limit(3)
                    .toList();
            assertEquals(204, change.join().statusCode());
            for (var logIn : logIns) {
                if (logIn.join().statusCode() == 200) {
                    bearer(logIn.join().path("access_token"))
                            .get("/auth/me")
                            .then()
                            .spec(problem(401));
                }
            }
        }
    }

    /** The rules of international domain names, and of capitals, take the square of the length too. */
    @Test
    void aLongAddressKeepsNoCoreBusy() {
        String domain = "a@" + "\u0300\u0316".repeat(60_000) + ".org";
        assertTrue(signUp(domain, PASSWORD).then().spec(problem(400)).extract().time() < 3_000);
        String capitals = "\u0130".repeat(120_000);
        assertTrue(
                tryLogIn(capitals, PASSWORD).then().spec(problem(401)).extract().time() < 3_000);
        assertTrue(
                signUp(newEmail(), capitals).then().spec(problem(400)).extract().time() < 3_000);
    }

    @Test
    void aWrongCurrentPasswordChangesNothing() {
        var user = newUser();
        String other = logIn(user.email(), PASSWORD);
        change(user, "wrong password", NEW_PASSWORD)
                .then()
                .spec(problem(400))
                .body("errors.field", contains("current_password"));
        bearer(other).get("/auth/me").then().statusCode(200);
        logIn(user.email(), PASSWORD);
    }

    @Test
    void guessingTheCurrentPasswordWithAStolenTokenIsThrottled() {
        var user = newUser();
        for (int i = 0; i < 5; i++) {
            change(user, "wrong password", NEW_PASSWORD).then().spec(problem(400));
        }
        change(user, PASSWORD, NEW_PASSWORD).then().spec(problem(429));
    }

    @Test
    void ofTwoChangesAtOnceOneWins() {
        var user = newUser();
        var answers = Stream.of("first new password", "second new password")
                .map(password -> CompletableFuture.supplyAsync(() -> change(user, PASSWORD, password)))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .map(Response::statusCode)
                .sorted()
                .toList();
        assertEquals(204, answers.get(0));
        // The second one saw the new password already, or came in between.
        assertTrue(answers.get(1) == 400 || answers.get(1) == 409, answers::toString);
    }

    @Test
    void nobodyChangesAPasswordWithoutAToken() {
        anonymous()
                .body(Map.of("current_password", PASSWORD, "new_password", NEW_PASSWORD))
                .put("/auth/password")
                .then()
                .spec(problem(401));
    }

    private static Response signUp(String email, String password) {
        return anonymous().body(Map.of("email", email, "password", password)).post("/auth/signup");
    }

    private static Response tryLogIn(String email, String password) {
        return anonymous().body(Map.of("email", email, "password", password)).post("/auth/login");
    }

    private static Response change(User user, String current, String next) {
        return user.client()
                .body(Map.of("current_password", current, "new_password", next))
                .put("/auth/password");
    }
}
