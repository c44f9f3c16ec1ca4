package dev.todo.account;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.OneTimePassword;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.commons.codec.binary.Base32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One-time passwords and recovery codes, and how to get round them. */
@QuarkusTest
class SecondFactorTest extends ApiTest {

    private static final String TYPE = "urn:todo:problem:second-factor";
    private static final Database DATABASE = Database.underTest();

    /** A second factor that counts. */
    record Factor(String secret, List<String> recoveryCodes) {

        /** What the generator shows, some steps of time from now. */
        String code(int steps) {
            return OneTimePassword.of(secret, steps);
        }
    }

    @Test
    void aLogInAsksForTheCodeOnceItIsConfirmed() {
        var user = newUser();
        var factor = enrol(user);
        logIn(user, null).then().spec(problem(401)).body("type", equalTo(TYPE)).header("WWW-Authenticate", "Bearer");
        logIn(user, factor.code(0)).then().statusCode(200);
    }

    @Test
    void aSecretThatIsNotConfirmedCountsForNothing() {
        var user = newUser();
        begin(user).then().statusCode(200);
        logIn(user, null).then().statusCode(200);
        String secret = begin(user).path("secret");
        user.client()
                .body(Map.of("code", "000000"))
                .post("/auth/totp/confirm")
                .then()
                .spec(problem(400));
        logIn(user, null).then().statusCode(200);
        user.client()
                .body(Map.of("code", new Factor(secret, List.of()).code(0)))
                .post("/auth/totp/confirm")
                .then()
                .statusCode(200);
    }

    @Test
    void theAddressForTheQrCodeIsWhatGeneratorsRead() {
        var user = newUser();
        Response answer = begin(user);
        String secret = answer.path("secret");
        assertTrue(secret.matches("[A-Z2-7]{32}"), secret);
        answer.then()
                .header("Cache-Control", "no-store")
                .body(
                        "uri",
                        equalTo("otpauth://totp/Todo:" + user.email().replace("@", "%40") + "?secret=" + secret
                                + "&issuer=Todo"));
    }

    @Test
    void withoutTheRightPasswordTheCodeIsNotAskedFor() {
        var user = newUser();
        var factor = enrol(user);
        anonymous()
                .body(Map.of("email", user.email(), "password", "wrong password", "code", factor.code(0)))
                .post("/auth/login")
                .then()
                .spec(problem(401))
                .body("type", not(equalTo(TYPE)));
        logIn(user, factor.code(0)).then().statusCode(200);
    }

    /** Or any number of passwords could be tried until one is asked for the code. */
    @Test
    void whileFailuresCannotBeCountedTheCodeIsNotAskedFor() {
        var user = newUser();
        var factor = enrol(user);
        DATABASE.whileIn("53100", "insert or update on throttles", "true", () -> {
            anonymous()
                    .body(Map.of("email", user.email(), "password", "wrong password"))
                    .post("/auth/login")
                    .then()
                    .spec(problem(503));
            logIn(user, null).then().spec(problem(503));
            user.client()
                    .body(Map.of("password", PASSWORD))
                    .delete("/auth/me")
                    .then()
                    .spec(problem(503));
        });
        logIn(user, null).then().spec(problem(401)).body("type", equalTo(TYPE));
        logIn(user, factor.code(0)).then().statusCode(200);
    }

    @Test
    void aCodeIsGoodOnce() {
        var user = newUser();
        var factor = enrol(user);
        String code = factor.code(1);
        logIn(user, code).then().statusCode(200);
        logIn(user, code).then().spec(problem(401)).body("type", equalTo(TYPE));
        logIn(user, factor.code(0)).then().spec(problem(401));
    }

    @Test
    void ofTwentyLogInsAtOnceWithOneCodeOneSucceeds() {
        var user = newUser();
        String code = enrol(user).code(0);
        List<Integer> statuses = statusCodes(atOnce(20, i -> logIn(user, code)));
        assertEquals(1, Collections.frequency(statuses, 200), statuses::toString);
    }

    @ParameterizedTest
    @ValueSource(ints = {-3, -2, 3, 4})
    void aCodeOfAnotherTimeIsRefused(int steps) {
        var user = newUser();
        var factor = enrol(user);
        logIn(user, factor.code(steps)).then().spec(problem(401)).body("type", equalTo(TYPE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666", "-12345", "null"})
    void whatIsNoCodeIsRefused(String code) {
        var user = newUser();
        enrol(user);
        logIn(user, code).then().spec(problem(401)).body("type", equalTo(TYPE));
    }

    @Test
    void guessingCodesIsThrottled() {
        var user = newUser();
        var factor = enrol(user);
        for (int i = 0; i < 5; i++) {
            logIn(user, "00000" + i).then().spec(problem(401));
        }
        logIn(user, factor.code(0)).then().spec(problem(429));
    }

    @Test
    void whoHasFailedOftenIsAskedForTheCodeAndMayGiveItAtOnce() {
        var user = newUser();
        var factor = enrol(user);
        for (int i = 0; i < 4; i++) {
            logIn(user, "00000" + i).then().spec(problem(401));
        }
        logIn(user, null).then().spec(problem(401)).body("type", equalTo(TYPE));
        logIn(user, factor.code(0)).then().statusCode(200);
    }

    @Test
    void guessingTheCodeThatConfirmsIsThrottled() {
        var user = newUser();
        String secret = begin(user).path("secret");
        for (int i = 0; i < 5; i++) {
            user.client()
                    .body(Map.of("code", "00000" + i))
                    .post("/auth/totp/confirm")
                    .then()
                    .spec(problem(400));
        }
        user.client()
                .body(Map.of("code", new Factor(secret, List.of()).code(0)))
                .post("/auth/totp/confirm")
                .then()
                .spec(problem(429));
    }

    @Test
    void askingWithoutACodeIsNoSuccessThatWouldForgiveFailures() {
        var user = newUser();
        enrol(user);
        for (int i = 0; i < 5; i++) {
            logIn(user, null).then().spec(problem(401));
            logIn(user, "00000" + i).then().spec(problem(401));
        }
        logIn(user, null).then().spec(problem(429));
    }

    @Test
    void aRecoveryCodeTakesThePlaceOfAOneTimePasswordOnce() {
        var user = newUser();
        var factor = enrol(user);
        assertEquals(10, new HashSet<>(factor.recoveryCodes()).size());
        String code = factor.recoveryCodes().get(0);
        assertTrue(code.matches("([a-z2-7]{4}-){7}[a-z2-7]{4}"), code);
        logIn(user, code).then().statusCode(200);
        logIn(user, code).then().spec(problem(401));
        logIn(user, " " + factor.recoveryCodes().get(1).toUpperCase(Locale.ROOT).replace('-', ' '))
                .then()
                .statusCode(200);
        user.client()
                .get("/auth/me/security")
                .then()
                .statusCode(200)
                .body("second_factor", equalTo(true))
                .body("recovery_codes_left", equalTo(8));
    }

    @Test
    void somebodyElsesRecoveryCodeIsGoodForNothing() {
        var user = newUser();
        enrol(user);
        var attacker = newUser();
        var own = enrol(attacker);
        logIn(user, own.recoveryCodes().get(0)).then().spec(problem(401));
        logIn(user, own.code(0)).then().spec(problem(401));
    }

    @Test
    void newRecoveryCodesMakeTheOldOnesWorthless() {
        var user = newUser();
        var factor = enrol(user);
        user.client()
                .body(Map.of("password", PASSWORD))
                .post("/auth/totp/recovery-codes")
                .then()
                .spec(problem(400))
                .body("errors.field", contains("code"));
        List<String> codes = user.client()
                .body(Map.of("password", PASSWORD, "code", factor.code(0)))
                .post("/auth/totp/recovery-codes")
                .then()
                .statusCode(200)
                .extract()
                .path("recovery_codes");
        logIn(user, factor.recoveryCodes().get(0)).then().spec(problem(401));
        logIn(user, codes.get(0)).then().statusCode(200);
    }

    @Test
    void aStolenTokenDoesNotSwitchItOffReplaceOrChangeThePassword() {
        var user = newUser();
        enrol(user);
        user.client()
                .body(Map.of("password", PASSWORD))
                .delete("/auth/totp")
                .then()
                .spec(problem(400))
                .body("errors.field", contains("code"));
        user.client()
                .body(Map.of("password", PASSWORD, "code", "000000"))
                .delete("/auth/totp")
                .then()
                .spec(problem(400))
                .body("errors.message", contains("is wrong"));
        begin(user).then().spec(problem(400));
        user.client()
                .body(Map.of("current_password", PASSWORD, "new_password", "better horse battery staple"))
                .put("/auth/password")
                .then()
                .spec(problem(400));
        user.client()
                .body(Map.of("password", PASSWORD))
                .delete("/auth/me")
                .then()
                .spec(problem(400));
        logIn(user, null).then().spec(problem(401)).body("type", equalTo(TYPE));
    }

    @Test
    void itCannotBeReplacedWithoutBeingRemoved() {
        var user = newUser();
        var factor = enrol(user);
        user.client()
                .body(Map.of("password", PASSWORD, "code", factor.code(0)))
                .post("/auth/totp")
                .then()
                .spec(problem(409));
        confirm(user, factor.code(1)).then().spec(problem(409));
    }

    /** Else a click too many would keep the user out. */
    @Test
    void confirmingAgainIsNoWrongCode() {
        var user = newUser();
        var factor = enrol(user);
        for (int i = 0; i < 6; i++) {
            confirm(user, factor.code(-1)).then().spec(problem(409));
        }
        logIn(user, factor.code(0)).then().statusCode(200);
    }

    @Test
    void itIsRemovedWithPasswordAndCode() {
        var user = newUser();
        var factor = enrol(user);
        user.client()
                .body(Map.of("password", PASSWORD, "code", factor.code(0)))
                .delete("/auth/totp")
                .then()
                .statusCode(204);
        logIn(user, null).then().statusCode(200);
        enrol(user);
    }

    @Test
    void aCodeThatIsUsedAtTheSameTimeElsewhereIsNotGoodAgain() {
        var user = newUser();
        var factor = enrol(user);
        DATABASE.overtaken(
                        "update second_factors set last_step = "
                                + (Instant.now().getEpochSecond() / 30 + 1) + " where user_id = '" + user.id() + "'",
                        () -> logIn(user, factor.code(0)))
                .then()
                .spec(problem(401));
    }

    @Test
    void aLogInThatBeganBeforeItCountedAsksForTheCode() {
        var user = newUser();
        begin(user).then().statusCode(200);
        DATABASE.overtaken(
                        "update second_factors set confirmed_at = now() from (select id from users where id = '"
                                + user.id() + "' for update) locked where user_id = locked.id",
                        () -> logIn(user, null))
                .then()
                .spec(problem(401))
                .body("type", equalTo(TYPE), "detail", equalTo("The code of the second factor is required."));
    }

    /** Else who has no generator and one code left would be locked out by a fault that is not theirs. */
    @Test
    void aCodeIsKeptIfWhatItIsForIsNotDone() {
        var user = newUser();
        var factor = enrol(user);
        String recoveryCode = factor.recoveryCodes().get(0);
        String oneTimePassword = factor.code(0);
        for (String code : List.of(recoveryCode, oneTimePassword)) {
            DATABASE.whileRefusing(
                    "insert on sessions", "true", () -> logIn(user, code).then().spec(problem(500)));
            DATABASE.whileRefusing(
                    "update on users",
                    "old.id = '" + user.id() + "'",
                    () -> user.client()
                            .body(Map.of(
                                    "current_password",
                                    PASSWORD,
                                    "new_password",
                                    "another good passphrase",
                                    "code",
                                    code))
                            .put("/auth/password")
                            .then()
                            .spec(problem(500)));
            user.client()
                    .body(Map.of("password", PASSWORD, "code", code))
                    .post("/auth/totp")
                    .then()
                    .spec(problem(409));
        }
        user.client().get("/auth/me/security").then().body("recovery_codes_left", equalTo(10));
        logIn(user, recoveryCode).then().statusCode(200);
        logIn(user, oneTimePassword).then().statusCode(200);
    }

    /** Else who knows the old one would keep a way in, or take the user's away. */
    @ParameterizedTest
    @CsvSource({"DELETE, /auth/totp", "POST, /auth/totp/recovery-codes", "DELETE, /auth/me"})
    void whatTakesThePasswordDoesNotHappenWithOneThatIsChangedMeanwhile(String method, String path) {
        var user = newUser();
        var factor = enrol(user);
        changePasswordWhile(
                        user,
                        () -> user.client()
                                .body(Map.of("password", PASSWORD, "code", factor.code(0)))
                                .request(method, path))
                .then()
                .spec(problem(409));
        user.client()
                .get("/auth/me/security")
                .then()
                .body("second_factor", equalTo(true))
                .body("recovery_codes_left", equalTo(10));
    }

    @Test
    void aSecondFactorIsNotBegunWithAPasswordThatIsChangedMeanwhile() {
        var user = newUser();
        changePasswordWhile(user, () -> begin(user)).then().spec(problem(409));
        assertEquals(
                List.of(),
                DATABASE.query("select 1 from second_factors where user_id = ?", UUID.fromString(user.id())));
    }

    /** Of a session that the owner ends, by a reset say, nothing is left over that would keep the owner out. */
    @ParameterizedTest
    @CsvSource({"DELETE, /auth/totp", "POST, /auth/totp/recovery-codes", "DELETE, /auth/me", "PUT, /auth/password"})
    void nothingIsChangedUnderASessionThatIsEndedMeanwhile(String method, String path) {
        var user = newUser();
        var factor = enrol(user);
        Map<String, String> input = path.equals("/auth/password")
                ? Map.of("current_password", PASSWORD, "new_password", "better horse battery staple")
                : Map.of("password", PASSWORD);
        Map<String, String> body = new HashMap<>(input);
        body.put("code", factor.code(0));
        endSessionWhile(user, () -> user.client().body(body).request(method, path))
                .then()
                .spec(problem(401));
        logIn(user, factor.recoveryCodes().get(0)).then().statusCode(200);
    }

    @Test
    void aSecondFactorIsNotBegunUnderASessionThatIsEndedMeanwhile() {
        var user = newUser();
        endSessionWhile(user, () -> begin(user)).then().spec(problem(401));
        assertEquals(List.of(), stored(user));
    }

    @Test
    void aSecondFactorIsNotConfirmedUnderASessionThatIsEndedMeanwhile() {
        var user = newUser();
        String secret = begin(user).path("secret");
        endSessionWhile(user, () -> confirm(user, OneTimePassword.of(secret, 0)))
                .then()
                .spec(problem(401));
        logIn(user, null).then().statusCode(200);
    }

    /** It may have been begun by whom the change locks out. */
    @Test
    void aChangeOfThePasswordForgetsASecondFactorThatWasBegun() {
        var user = newUser();
        begin(user).then().statusCode(200);
        bearer(logIn(user.email(), PASSWORD))
                .body(Map.of("current_password", PASSWORD, "new_password", "better horse battery staple"))
                .put("/auth/password")
                .then()
                .statusCode(204);
        assertEquals(List.of(), stored(user));
    }

    private static List<String> stored(User user) {
        return DATABASE.query("select 1 from second_factors where user_id = ?", UUID.fromString(user.id()));
    }

    private static Response endSessionWhile(User user, Supplier<Response> work) {
        return DATABASE.overtaken(
                "select from users where id = '" + user.id() + "' for update;"
                        + " select from second_factors where user_id = '" + user.id() + "' for update;"
                        + " delete from sessions where id = '" + sessionOf(user.token()) + "'",
                work);
    }

    private static Response changePasswordWhile(User user, Supplier<Response> work) {
        return DATABASE.overtaken("update users set hashed_password = 'new' where id = '" + user.id() + "'", work);
    }

    @Test
    void neitherSecretNorRecoveryCodesAreInTheDatabaseAsTheyAre() {
        var user = newUser();
        var factor = enrol(user);
        UUID id = UUID.fromString(user.id());
        String stored = DATABASE.query("select second_factors::text from second_factors where user_id = ?", id)
                + String.join(
                        " ", DATABASE.query("select recovery_codes::text from recovery_codes where user_id = ?", id));
        assertTrue(!stored.contains(HexFormat.of().formatHex(new Base32().decode(factor.secret()))), stored);
        for (String code : factor.recoveryCodes()) {
            byte[] bytes = new Base32().decode(code.replace("-", "").toUpperCase(Locale.ROOT));
            assertTrue(!stored.contains(HexFormat.of().formatHex(bytes)), stored);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "000000000000000000000000000000"})
    void aSecretThatIsBrokenIsGoodForNothing(String hex) {
        var user = newUser();
        var factor = enrol(user);
        DATABASE.query(
                "update second_factors set sealed_secret = decode(?, 'hex') where user_id = ?",
                hex,
                UUID.fromString(user.id()));
        logIn(user, factor.code(0)).then().spec(problem(401));
        logIn(user, factor.recoveryCodes().get(0)).then().statusCode(200);
    }

    @Test
    void aSealedSecretOfAnotherUserIsGoodForNothing() {
        var user = newUser();
        enrol(user);
        var attacker = newUser();
        var own = enrol(attacker);
        DATABASE.query(
                "update second_factors set sealed_secret ="
                        + " (select sealed_secret from second_factors where user_id = ?), last_step = 0 where user_id = ?",
                UUID.fromString(attacker.id()),
                UUID.fromString(user.id()));
        logIn(user, own.code(0)).then().spec(problem(401));
    }

    /** Leaves the code of the present step unused. */
    static Factor enrol(User user) {
        String secret = begin(user).then().statusCode(200).extract().path("secret");
        var factor = new Factor(secret, List.of());
        // Not at the end of a step of time: a code that comes too late counts as a failure.
        while (Instant.now().getEpochSecond() % 30 >= 27) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return new Factor(
                secret,
                confirm(user, factor.code(-1)).then().statusCode(200).extract().path("recovery_codes"));
    }

    private static Response confirm(User user, String code) {
        return user.client().body(Map.of("code", code)).post("/auth/totp/confirm");
    }

    static Response begin(User user) {
        return user.client().body(Map.of("password", PASSWORD)).post("/auth/totp");
    }

    private static Response logIn(User user, String code) {
        Map<String, String> input = new HashMap<>(Map.of("email", user.email(), "password", PASSWORD));
        if (code != null) {
            input.put("code", code);
        }
        return anonymous().body(input).post("/auth/login");
    }
}
