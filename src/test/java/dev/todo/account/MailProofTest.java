package dev.todo.account;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.Mailbox;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forgotten passwords and addresses to be verified, and what is tried with them. */
@QuarkusTest
class MailProofTest extends ApiTest {

    private static final String NEW_PASSWORD = "better horse battery staple";
    private static final String RESET = "Another password";
    private static final String VERIFICATION = "Is this your address?";
    private static final Database DATABASE = Database.underTest();

    @Test
    void aForgottenPasswordIsReplacedByWhoReadsTheMail() {
        var user = newUser();
        forgot(user.email(), newAddress()).then().statusCode(202);
        String token = Mailbox.awaitToken(user.email(), RESET);
        reset(token, NEW_PASSWORD).then().statusCode(204);
        user.client().get("/auth/me").then().spec(problem(401));
        assertEquals(401, tryLogIn(user.email(), PASSWORD).statusCode());
        logIn(user.email(), NEW_PASSWORD);
    }

    @Test
    void theMailLinksToTheConfiguredPageWhateverTheRequestSays() {
        var user = newUser();
        anonymous()
                .header("X-Forwarded-Host", "attacker.example")
                .header("Forwarded", "host=attacker.example")
                .header("Origin", "https://app.example.org")
                .body(Map.of("email", user.email()))
                .post("/auth/password/forgotten")
                .then()
                .statusCode(202);
        String token = Mailbox.awaitToken(user.email(), RESET);
        String mail = Mailbox.mailsTo(user.email()).stream()
                .filter(text -> text.contains(RESET))
                .findFirst()
                .orElseThrow();
        assertTrue(mail.contains("https://todo.example.org/reset-password#" + token), mail);
        assertTrue(!mail.contains("attacker"), mail);
    }

    @Test
    void aTokenIsGoodOnce() {
        var user = newUser();
        String token = forgotten(user);
        reset(token, NEW_PASSWORD).then().statusCode(204);
        reset(token, PASSWORD).then().spec(problem(400)).body("errors.field", contains("token"));
        logIn(user.email(), NEW_PASSWORD);
    }

    @Test
    void aPasswordThatIsRefusedLeavesTheTokenGood() {
        var user = newUser();
        String token = forgotten(user);
        reset(token, "password").then().spec(problem(400)).body("errors.field", contains("new_password"));
        reset(token, user.email().substring(0, 36) + "x")
                .then()
                .spec(problem(400))
                .body("errors.field", contains("new_password"));
        reset(token, NEW_PASSWORD).then().statusCode(204);
    }

    @Test
    void aTokenIsGoodFor30Minutes() {
        var user = newUser();
        String token = forgotten(user);
        assertEquals(
                List.of("t"),
                DATABASE.query(
                        "select expires_at between now() + interval '28 minutes' and now() + interval '30 minutes'"
                                + " from mail_tokens where user_id = ? and purpose = 'PASSWORD_RESET'",
                        UUID.fromString(user.id())));
        DATABASE.query("update mail_tokens set expires_at = now() where user_id = ?", UUID.fromString(user.id()));
        reset(token, NEW_PASSWORD).then().spec(problem(400));
    }

    @Test
    void aNewTokenAndANewPasswordMakeTheOldTokenWorthless() {
        var user = newUser();
        String first = forgotten(user);
        forgot(user.email(), newAddress()).then().statusCode(202);
        Mailbox.awaitToken(user.email(), RESET, 2);
        reset(first, NEW_PASSWORD).then().spec(problem(400));
        user.client()
                .body(Map.of("current_password", PASSWORD, "new_password", NEW_PASSWORD))
                .put("/auth/password")
                .then()
                .statusCode(204);
        assertEquals(
                List.of(),
                DATABASE.query(
                        "select 1 from mail_tokens where user_id = ? and purpose = 'PASSWORD_RESET'",
                        UUID.fromString(user.id())));
    }

    @Test
    void theTokenIsNotInTheDatabase() {
        var user = newUser();
        String token = forgotten(user);
        byte[] secret = Base64.getUrlDecoder().decode(token);
        String stored = String.join(
                " ",
                DATABASE.query(
                        "select mail_tokens::text from mail_tokens where user_id = ?", UUID.fromString(user.id())));
        assertTrue(!stored.contains(token), stored);
        assertTrue(!stored.contains(java.util.HexFormat.of().formatHex(secret)), stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "' or 1=1 --", "%00", "\u00e9"})
    void aGuessedTokenIsGoodForNothing(String token) {
        reset(token, NEW_PASSWORD).then().spec(problem(400)).body("errors.field", contains("token"));
        verify(token).then().spec(problem(400)).body("errors.field", contains("token"));
    }

    @Test
    void guessingResetTokensIsThrottled() {
        String address = newAddress();
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            statuses.add(anonymous(address)
                    .body(Map.of("token", UUID.randomUUID().toString()))
                    .post("/auth/email/verify")
                    .statusCode());
        }
        assertTrue(Collections.frequency(statuses, 429) >= 3, statuses::toString);
        anonymous(address)
                .body(Map.of("token", "x", "new_password", NEW_PASSWORD))
                .post("/auth/password/reset")
                .then()
                .spec(problem(429));
        forgot(newEmail(), address).then().spec(problem(429));
    }

    @Test
    void ofTwentyResetsAtOnceWithOneTokenOneWins() {
        var user = newUser();
        String token = forgotten(user);
        List<Integer> statuses = statusCodes(atOnce(20, i -> reset(token, "new password number " + i)));
        assertEquals(1, Collections.frequency(statuses, 204), statuses::toString);
        assertEquals(19, Collections.frequency(statuses, 400), statuses::toString);
        logIn(user.email(), "new password number " + statuses.indexOf(204));
    }

    @Test
    void aSaveThatFailsInTheMiddleOfAResetLeavesTokenAndPasswordAsTheyWere() {
        var user = newUser();
        String token = forgotten(user);
        DATABASE.whileRefusing(
                "update on users",
                "old.id = '" + user.id() + "'",
                () -> reset(token, NEW_PASSWORD).then().spec(problem(500)));
        logIn(user.email(), PASSWORD);
        reset(token, NEW_PASSWORD).then().statusCode(204);
    }

    @Test
    void anUnknownAddressGetsTheSameAnswerAndNoMail() {
        var user = newUser();
        String unknown = newEmail();
        Response one = forgot(user.email(), newAddress());
        Response other = forgot(unknown, newAddress());
        one.then().statusCode(202);
        assertEquals(one.statusCode(), other.statusCode());
        assertEquals(one.body().asString(), other.body().asString());
        assertEquals(headers(one), headers(other));
        Mailbox.awaitToken(user.email(), RESET);
        assertEquals(List.of(), Mailbox.mailsTo(unknown));
    }

    /** The median of many, since one tells nothing. */
    @Test
    void anUnknownAddressTakesTheSameTime() {
        var user = newUser();
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < 41; i++) {
            known.add(timeOf(() -> forgot(user.email(), newAddress())));
            // The mail is written meanwhile.
            forgot(newEmail(), newAddress());
            unknown.add(timeOf(() -> forgot(newEmail(), newAddress())));
        }
        double ratio = median(known) / median(unknown);
        assertTrue(ratio > 0.5 && ratio < 2, "known / unknown: " + ratio);
    }

    @Test
    void nobodysMailboxIsFilled() {
        var user = newUser();
        Mailbox.awaitToken(user.email(), VERIFICATION);
        for (int i = 0; i < 10; i++) {
            forgot(user.email(), newAddress()).then().statusCode(202);
        }
        var last = newUser();
        forgotten(last);
        // The first of another kind
        assertTrue(
                Mailbox.mailsTo(user.email()).size() <= 1 + 5,
                "mails: " + Mailbox.mailsTo(user.email()).size());
    }

    @Test
    void whoHasASessionDoesNotUseUpTheMailsThatWouldTakeItAway() {
        var user = newUser();
        for (int i = 0; i < 8; i++) {
            user.client()
                    .header("X-Forwarded-For", newAddress())
                    .post("/auth/email/verification")
                    .then()
                    .statusCode(202);
        }
        reset(forgotten(user), NEW_PASSWORD).then().statusCode(204);
    }

    @Test
    void anAddressThatIsVerifiedGetsNoOtherMailThatAsksWhoseItIs() {
        var user = newUser();
        verify(Mailbox.awaitToken(user.email(), VERIFICATION)).then().statusCode(204);
        user.client().post("/auth/email/verification").then().statusCode(202);
        forgotten(user);
        assertEquals(2, Mailbox.mailsTo(user.email()).size());
    }

    @Test
    void aResetDoesNotSwitchTheSecondFactorOff() {
        var user = newUser();
        String verification = Mailbox.awaitToken(user.email(), VERIFICATION);
        verify(verification).then().statusCode(204);
        SecondFactorTest.enrol(user);
        reset(forgotten(user), NEW_PASSWORD).then().statusCode(204);
        tryLogIn(user.email(), NEW_PASSWORD)
                .then()
                .spec(problem(401))
                .body("type", equalTo("urn:todo:problem:second-factor"));
    }

    /** The squatter has the second factor, and the password too; the owner has the mail. */
    @Test
    void whoeverSignedUpWithAnAddressThatIsNotTheirsLosesTheAccountToItsOwner() {
        var squatter = newUser();
        SecondFactorTest.enrol(squatter);
        reset(forgotten(squatter), NEW_PASSWORD).then().statusCode(204);
        squatter.client().get("/auth/me").then().spec(problem(401));
        logIn(squatter.email(), NEW_PASSWORD);
    }

    /** The owner followed the link in the mail, not knowing whose account it is. */
    @Test
    void aSecondFactorThatIsOlderThanTheProofOfTheAddressGoesWithAReset() {
        var squatter = newUser();
        SecondFactorTest.enrol(squatter);
        verify(Mailbox.awaitToken(squatter.email(), VERIFICATION)).then().statusCode(204);
        reset(forgotten(squatter), NEW_PASSWORD).then().statusCode(204);
        logIn(squatter.email(), NEW_PASSWORD);
    }

    @Test
    void whoResetsThePasswordIsNotKeptOutByAnybodysFailures() {
        var user = newUser();
        String token = forgotten(user);
        for (int i = 0; i < 6; i++) {
            tryLogIn(user.email(), "wrong password");
        }
        String address = newAddress();
        anonymous(address)
                .body(Map.of("token", token, "new_password", NEW_PASSWORD))
                .post("/auth/password/reset")
                .then()
                .statusCode(204);
        for (int i = 0; i < 6; i++) {
            tryLogIn(user.email(), "wrong password");
        }
        anonymous(address)
                .body(Map.of("email", user.email(), "password", NEW_PASSWORD))
                .post("/auth/login")
                .then()
                .statusCode(200);
    }

    /** Else who reads the mail would have five tries more with every reset. */
    @Test
    void aResetForgivesNoWrongCodesOfTheSecondFactor() {
        var user = newUser();
        verify(Mailbox.awaitToken(user.email(), VERIFICATION)).then().statusCode(204);
        SecondFactorTest.enrol(user);
        for (int i = 0; i < 5; i++) {
            anonymous()
                    .body(Map.of("email", user.email(), "password", PASSWORD, "code", "00000" + i))
                    .post("/auth/login")
                    .then()
                    .spec(problem(401));
        }
        String address = newAddress();
        anonymous(address)
                .body(Map.of("token", forgotten(user), "new_password", NEW_PASSWORD))
                .post("/auth/password/reset")
                .then()
                .statusCode(204);
        anonymous(address)
                .body(Map.of("email", user.email(), "password", NEW_PASSWORD, "code", "000009"))
                .post("/auth/login")
                .then()
                .spec(problem(429));
    }

    @Test
    void verifyingTheAddressWhileThePasswordIsChangedKeepsTheNewPassword() {
        var user = newUser();
        String token = Mailbox.awaitToken(user.email(), VERIFICATION);
        DATABASE.overtaken(
                        "update users set hashed_password = 'new' where id = '" + user.id() + "'", () -> verify(token))
                .then()
                .statusCode(204);
        assertEquals(
                List.of("new"),
                DATABASE.query("select hashed_password from users where id = ?", UUID.fromString(user.id())));
    }

    @Test
    void signingUpAgainAndAgainFillsNobodysMailbox() {
        String email = newEmail();
        Map<String, String> credentials = Map.of("email", email, "password", PASSWORD);
        for (int i = 0; i < 7; i++) {
            anonymous().body(credentials).post("/auth/signup").then().statusCode(201);
            bearer(logIn(email, PASSWORD))
                    .body(Map.of("password", PASSWORD))
                    .delete("/auth/me")
                    .then()
                    .statusCode(204);
        }
        Mailbox.awaitToken(newUser().email(), VERIFICATION);
        assertTrue(
                Mailbox.mailsTo(email).size() <= 5,
                "mails: " + Mailbox.mailsTo(email).size());
    }

    @Test
    void theAddressIsVerifiedByWhoReadsTheMail() {
        var user = newUser();
        String token = Mailbox.awaitToken(user.email(), VERIFICATION);
        user.client().get("/auth/me/security").then().statusCode(200).body("email_verified_at", nullValue());
        verify(token).then().statusCode(204);
        user.client().get("/auth/me/security").then().statusCode(200).body("email_verified_at", notNullValue());
        verify(token).then().spec(problem(400));
    }

    @Test
    void aTokenForOnePurposeIsGoodForNoOther() {
        var user = newUser();
        String verification = Mailbox.awaitToken(user.email(), VERIFICATION);
        reset(verification, NEW_PASSWORD).then().spec(problem(400));
        verify(forgotten(user)).then().spec(problem(400));
    }

    @Test
    void anotherVerificationIsSentToTheUserAlone() {
        anonymous().post("/auth/email/verification").then().spec(problem(401));
        var user = newUser();
        String first = Mailbox.awaitToken(user.email(), VERIFICATION);
        user.client().post("/auth/email/verification").then().statusCode(202);
        Mailbox.awaitToken(user.email(), VERIFICATION, 2);
        verify(first).then().spec(problem(400));
    }

    /** The log-in holds the row of the user, and its session is there when the reset goes on. */
    @Test
    void aLogInWithTheOldPasswordDoesNotOutliveTheResetThatItWasFasterThan() {
        var user = newUser();
        String token = forgotten(user);
        DATABASE.overtaken(
                        lockOf(user) + "; insert into sessions select gen_random_uuid(), user_id, created_at,"
                                + " last_used_at, null, address, 0, '{}' from sessions where id = '"
                                + sessionOf(user.token()) + "'",
                        () -> reset(token, NEW_PASSWORD))
                .then()
                .statusCode(204);
        assertEquals(
                List.of(), DATABASE.query("select id from sessions where user_id = ?", UUID.fromString(user.id())));
    }

    @Test
    void aSecondFactorThatASquatterConfirmsDuringTheResetGoesWithIt() {
        var squatter = newUser();
        SecondFactorTest.begin(squatter).then().statusCode(200);
        String token = forgotten(squatter);
        DATABASE.overtaken(
                        lockOf(squatter) + "; update second_factors set confirmed_at = now() where user_id = '"
                                + squatter.id() + "'",
                        () -> reset(token, NEW_PASSWORD))
                .then()
                .statusCode(204);
        logIn(squatter.email(), NEW_PASSWORD);
    }

    /** Also where the address was verified: nobody knows who began it. */
    @Test
    void aResetForgetsASecondFactorThatWasBegun() {
        var user = newUser();
        verify(Mailbox.awaitToken(user.email(), VERIFICATION)).then().statusCode(204);
        SecondFactorTest.begin(user).then().statusCode(200);
        reset(forgotten(user), NEW_PASSWORD).then().statusCode(204);
        assertEquals(
                List.of(),
                DATABASE.query("select 1 from second_factors where user_id = ?", UUID.fromString(user.id())));
    }

    @Test
    void anAccountThatIsDeletedWhileItsMailIsWrittenIsNoFault() {
        var user = newUser();
        Mailbox.awaitToken(user.email(), VERIFICATION);
        List<String> logged = new CopyOnWriteArrayList<>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var logger = Logger.getLogger(MailProofs.class.getName());
        logger.addHandler(handler);
        try {
            DATABASE.overtaken(
                            "delete from users where id = '" + user.id() + "'",
                            () -> forgot(user.email(), newAddress()))
                    .then()
                    .statusCode(202);
            // Both threads have gone on.
            forgotten(newUser());
            forgotten(newUser());
        } finally {
            logger.removeHandler(handler);
        }
        assertEquals(List.of(), logged);
        assertEquals(1, Mailbox.mailsTo(user.email()).size());
    }

    private static String lockOf(User user) {
        return "select from users where id = '" + user.id() + "' for update";
    }

    private static String forgotten(User user) {
        forgot(user.email(), newAddress()).then().statusCode(202);
        return Mailbox.awaitToken(user.email(), RESET);
    }

    private static Response forgot(String email, String address) {
        return anonymous(address)
                .header("X-Request-Id", "the-same")
                .body(Map.of("email", email))
                .post("/auth/password/forgotten");
    }

    private static Response verify(String token) {
        return anonymous().body(Map.of("token", token)).post("/auth/email/verify");
    }

    private static Response reset(String token, String password) {
        return anonymous()
                .body(Map.of("token", token, "new_password", password))
                .post("/auth/password/reset");
    }

    private static Response tryLogIn(String email, String password) {
        return anonymous().body(Map.of("email", email, "password", password)).post("/auth/login");
    }

    private static long timeOf(Runnable request) {
        long start = System.nanoTime();
        request.run();
        return System.nanoTime() - start;
    }

    private static double median(List<Long> times) {
        long[] sorted = times.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
