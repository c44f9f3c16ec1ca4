package dev.todo.account;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.TestEnvironment;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.math.BigDecimal;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the access token. Each is sent to a read and to a write, and the write must not happen. */
@QuarkusTest
class TokenTest extends ApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aTokenLikeOursIsAccepted() {
        var user = newUser();
        bearer(token(claims(user))).get("/auth/me").then().statusCode(200).body("id", equalTo(user.id()));
    }

    @Test
    void theSchemeIsCaseInsensitive() {
        var user = newUser();
        given().header("Authorization", "bearer " + user.token())
                .get("/auth/me")
                .then()
                .statusCode(200);
    }

    @Test
    void tellsWhoTheTokenIsForAndKeepsItOutOfCaches() {
        var user = newUser();
        user.client()
                .get("/auth/me")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("size()", equalTo(3))
                .body("email", equalTo(user.email()));
    }

    @Test
    void noCredentialsGetABareChallenge() {
        Response answer = anonymous().get("/api/tasks");
        answer.then().spec(problem(401));
        assertEquals(List.of("Bearer"), answer.headers().getValues("WWW-Authenticate"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic dXNlcjpwYXNz", "Digest x", "Bearer", "token"})
    void otherSchemesAreNoCredentials(String header) {
        Response answer = anonymous().header("Authorization", header).get("/api/tasks");
        answer.then().spec(problem(401));
        assertEquals(1, answer.headers().getValues("WWW-Authenticate").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "HS1"})
    void unsignedTokensAreRefused(String algorithm) {
        var user = newUser();
        String unsigned = encode(Map.of("alg", algorithm, "typ", "JWT")) + "." + encode(claims(user)) + ".";
        refused(user, unsigned);
        refused(user, unsigned + user.token().split("\\.", -1)[2]);
        refused(user, unsigned.substring(0, unsigned.length() - 1));
    }

    @Test
    void aTokenWithoutAnAlgorithmIsRefused() {
        var user = newUser();
        String content = encode(Map.of("typ", "JWT")) + "." + encode(claims(user));
        refused(user, content + "." + hmac("HmacSHA256", TestEnvironment.JWT_SECRET, content));
    }

    @ParameterizedTest
    @CsvSource({"HS384,HmacSHA384", "HS512,HmacSHA512", "RS256,HmacSHA256", "ES256,HmacSHA256", "hs256,HmacSHA256"})
    void otherAlgorithmsAreRefusedEvenWithTheRightKey(String algorithm, String mac) {
        var user = newUser();
        String content = encode(Map.of("alg", algorithm, "typ", "JWT")) + "." + encode(claims(user));
        refused(user, content + "." + hmac(mac, TestEnvironment.JWT_SECRET, content));
    }

    @Test
    void anRs256TokenThatBringsItsOwnKeyIsRefused() throws GeneralSecurityException {
        var user = newUser();
        var pair = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        String content = encode(Map.of("alg", "RS256", "typ", "JWT", "jku", "https://attacker.example/jwks"))
                + "."
                + encode(claims(user));
        var signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(pair.getPrivate());
        signature.update(content.getBytes(UTF_8));
        refused(user, content + "." + base64(signature.sign()));
    }

    @Test
    void aTokenSignedWithAnotherKeyIsRefused() {
        var user = newUser();
        String content = encode(Map.of("alg", "HS256", "typ", "JWT")) + "." + encode(claims(user));
        refused(user, content + "." + hmac("HmacSHA256", "another key that is also long enough to be one", content));
    }

    @Test
    void aTamperedTokenIsRefused() {
        var user = newUser();
        var other = newUser();
        String[] mine = user.token().split("\\.", -1);
        String[] theirs = other.token().split("\\.", -1);
        refused(user, mine[0] + "." + theirs[1] + "." + mine[2]);
        refused(user, mine[0] + "." + mine[1] + "." + theirs[2]);
        refused(user, mine[0] + "." + mine[1] + "." + mine[2].substring(2));
        refused(user, mine[0] + "." + mine[1] + ".");
    }

    @Test
    void anExpiredTokenIsRefusedToTheSecond() {
        var user = newUser();
        long now = Instant.now().getEpochSecond();
        refused(user, token(with(claims(user), "exp", now)));
        refused(user, token(with(claims(user), "exp", now - 1)));
        refused(user, token(with(claims(user), "exp", 0)));
        refused(user, token(with(claims(user), "exp", "tomorrow")));
    }

    @Test
    void aTokenThatIsNotYetValidIsRefused() {
        var user = newUser();
        refused(user, token(with(claims(user), "nbf", Instant.now().getEpochSecond() + 60)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iss", "aud", "sub", "email", "iat", "exp", "jti"})
    void aTokenThatLacksAClaimIsRefused(String claim) {
        var user = newUser();
        var claims = claims(user);
        claims.remove(claim);
        refused(user, token(claims));
    }

    @ParameterizedTest
    @CsvSource({"iss,somebody", "aud,something", "iss,''", "aud,''", "iss,Todo"})
    void aTokenOfAnotherIssuerOrForAnotherAudienceIsRefused(String claim, String value) {
        var user = newUser();
        refused(user, token(with(claims(user), claim, value)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1-1-1-1-1", "admin", "' or 1=1 --", "00000000-0000-0000-0000-000000000000", "\0"})
    void aTokenWhoseSubjectIsNoUserIsRefused(String subject) {
        var user = newUser();
        refused(user, token(with(claims(user), "sub", subject)));
    }

    @Test
    void aTokenWhoseClaimsAreOfTheWrongTypeIsRefused() {
        var user = newUser();
        for (String claim : List.of("sub", "iss", "aud", "iat", "exp", "jti")) {
            refused(user, token(with(claims(user), claim, Map.of("a", 1))));
        }
        refused(user, token(with(claims(user), "jti", 5)));
        refused(user, token(with(claims(user), "sub", 5)));
        refused(user, token(with(claims(user), "sub", List.of(user.id()))));
    }

    /** For the extension one of these claims is enough, and null is there. */
    @Test
    void aTokenWhoseSubjectIsNullIsRefused() {
        var user = newUser();
        for (String claim : List.of("upn", "preferred_username", "name")) {
            refused(user, token(with(with(claims(user), "sub", null), claim, user.id())));
        }
    }

    /** The extension fails at them. */
    @Test
    void aTokenWithAClaimThatCannotBeReadIsRefused() {
        var user = newUser();
        var number = new BigDecimal("1e400");
        for (Object value : List.of(number, number.negate(), List.of(number), Map.of("a", List.of(number)))) {
            refused(user, token(with(claims(user), "roles", value)));
        }
    }

    /** As many as there is room for. */
    @Test
    void aTokenWithAClaimOfThousandsOfListsBreaksNothing() {
        var user = newUser();
        var nested = new RawValue("[".repeat(2_500) + "]".repeat(2_500));
        bearer(token(with(claims(user), "roles", nested)))
                .get("/auth/me")
                .then()
                .statusCode(anyOf(equalTo(401), equalTo(200)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "admin", "' or 1=1 --", "00000000-0000-0000-0000-000000000000", "\0"})
    void aTokenOfNoSessionIsRefused(String id) {
        var user = newUser();
        refused(user, token(with(claims(user), "jti", id)));
        refused(user, token(with(claims(user), "jti", UUID.randomUUID().toString())));
    }

    @Test
    void aTokenOfSomebodyElsesSessionIsRefused() {
        var user = newUser();
        var other = newUser();
        refused(user, token(with(claims(user), "jti", sessionOf(other.token()))));
        refused(user, token(with(claims(other), "sub", user.id())));
    }

    @Test
    void aTokenOfAGenerationThatWasNeverIssuedIsRefused() {
        var user = newUser();
        for (Object generation : List.of(1, -1, 1.5, "1", "0x0", 1e300, List.of(0), Map.of(), true)) {
            refused(user, token(with(claims(user), "gen", generation)));
        }
        bearer(token(with(claims(user), "gen", 0))).get("/auth/me").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "../../dev/null", "/dev/null", "' union select 'secret' --", "\0"})
    void aKeyIdThatIsNotOursIsNotFollowed(String id) {
        var user = newUser();
        String content = encode(Map.of("alg", "HS256", "typ", "JWT", "kid", id)) + "." + encode(claims(user));
        refused(user, content + "." + hmac("HmacSHA256", TestEnvironment.JWT_SECRET, content));
        // The key of an empty file, as a service that reads what the id names would have it
        refused(user, content + "." + hmac("HmacSHA256", "\0", content));
    }

    @Test
    void aKeyThatTheTokenBringsAlongIsNotUsed() {
        var user = newUser();
        String key = "a key of the attacker's that is long enough";
        String content = encode(Map.of(
                        "alg",
                        "HS256",
                        "jwk",
                        Map.of("kty", "oct", "k", base64(key.getBytes(UTF_8))),
                        "jku",
                        "http://localhost:1/keys",
                        "x5u",
                        "http://localhost:1/keys"))
                + "."
                + encode(claims(user));
        refused(user, content + "." + hmac("HmacSHA256", key, content));
    }

    @Test
    void anUnderstandableTokenWithACriticalHeaderIsRefused() {
        var user = newUser();
        String content = encode(Map.of("alg", "HS256", "crit", List.of("exp"), "exp", 0)) + "." + encode(claims(user));
        refused(user, content + "." + hmac("HmacSHA256", TestEnvironment.JWT_SECRET, content));
    }

    @Test
    void aTokenOfADeletedUserIsRefused() {
        var user = newUser();
        Database.underTest().query("delete from users where id = ?", UUID.fromString(user.id()));
        refused(user, user.token());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x.y", "..", "...", "a.b.c", "a.b.c.d", "a.b.c.d.e", "{}", "é.é.é", "%00", "null"})
    void whatIsNoTokenIsRefused(String token) {
        Response answer = bearer(token).get("/api/tasks");
        answer.then().spec(problem(401));
        assertEquals(1, answer.headers().getValues("WWW-Authenticate").size());
    }

    @Test
    void aTokenWithExtraDotsIsRefused() {
        var user = newUser();
        refused(user, user.token() + ".");
        refused(user, user.token() + ".x");
        refused(user, "." + user.token());
        refused(user, user.token().replace(".", ".."));
    }

    @Test
    void aTokenOf100KilobytesIsRefused() {
        var user = newUser();
        refused(user, token(with(claims(user), "padding", "a".repeat(5_000))) + "x");
        String padded = token(with(claims(user), "padding", "a".repeat(10_000)));
        for (String token : List.of(padded, "a".repeat(100_000), user.token() + "a".repeat(100_000))) {
            bearer(token).get("/api/tasks").then().spec(problem(431));
        }
    }

    @Test
    void twoAuthorizationHeadersAreRefused() {
        var user = newUser();
        var other = newUser();
        for (String second : List.of(user.token(), other.token(), "x")) {
            Response answer = anonymous()
                    .header("Authorization", "Bearer " + user.token(), "Bearer " + second)
                    .get("/api/tasks");
            answer.then().spec(problem(401));
            assertEquals(
                    List.of("Bearer error=\"invalid_token\""), answer.headers().getValues("WWW-Authenticate"));
        }
    }

    @Test
    void aTokenElsewhereThanInTheHeaderIsNoCredential() {
        var user = newUser();
        anonymous().cookie("Bearer", user.token()).get("/auth/me").then().spec(problem(401));
        anonymous()
                .queryParam("access_token", user.token())
                .get("/auth/me")
                .then()
                .spec(problem(401));
    }

    @Test
    void aBadTokenOnAPublicRouteIsNobodysBusiness() {
        bearer("x")
                .body(Map.of("email", newEmail(), "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .statusCode(201);
        given().header("Authorization", "Bearer x").get("/q/health/live").then().statusCode(200);
    }

    private static void refused(User user, String token) {
        Response read = bearer(token).get("/api/tasks");
        read.then().spec(problem(401));
        assertEquals(List.of("Bearer error=\"invalid_token\""), read.headers().getValues("WWW-Authenticate"));
        bearer(token).body(Map.of("title", "forged")).post("/api/tasks").then().spec(problem(401));
        assertEquals(
                List.of(),
                Database.underTest().query("select id from tasks where user_id = ?", UUID.fromString(user.id())),
                "a task was written");
    }

    private static Map<String, Object> claims(User user) {
        long now = Instant.now().getEpochSecond();
        return new HashMap<>(Map.of(
                "iss",
                "todo",
                "aud",
                "todo",
                "sub",
                user.id(),
                "email",
                user.email(),
                "iat",
                now,
                "exp",
                now + 60,
                "jti",
                sessionOf(user.token())));
    }

    private static Map<String, Object> with(Map<String, Object> claims, String claim, Object value) {
        claims.put(claim, value);
        return claims;
    }

    private static String token(Map<String, Object> claims) {
        String content = encode(Map.of("alg", "HS256", "typ", "JWT")) + "." + encode(claims);
        return content + "." + hmac("HmacSHA256", TestEnvironment.JWT_SECRET, content);
    }

    private static String encode(Map<String, Object> json) {
        try {
            return base64(JSON.writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hmac(String algorithm, String key, String content) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.getBytes(UTF_8), algorithm));
            return base64(mac.doFinal(content.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
