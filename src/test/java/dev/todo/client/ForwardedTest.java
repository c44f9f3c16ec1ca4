package dev.todo.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind a proxy that writes {@code Forwarded}, with what the client chose in it: the host, and all that came before. */
@QuarkusTest
@TestProfile(ForwardedTest.Profile.class)
class ForwardedTest extends ApiTest {

    private static final String CLIENT = "198.51.100.7";
    private static final String PROXY = "127.0.0.1";

    private User user;

    @BeforeEach
    void signUp() {
        user = newUser();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=198.51.100.7",
                "FOR=\"198.51.100.7:4711\"; proto=https",
                "for=198.51.100.7:4711;host=example.org:8080",
                "proto=https;;for=198.51.100.7;",
                "for=\"198.51\\.100.7\"",
                "for=203.0.113.9, for=198.51.100.7",
                "for=203.0.113.9,for=198.51.100.7,for=127.0.0.1;by=_hidden",
                "nonsense, for=198.51.100.7",
                "for=203.0.113.9;for=203.0.113.8,for=198.51.100.7"
            })
    void theAddressIsTheOneThatTheProxyTells(String header) {
        assertEquals(CLIENT, addressFor(header));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=198.51.100.7;host=\"a,for=203.0.113.9\";proto=https",
                "for=198.51.100.7;host=\"a,for=203.0.113.9\"",
                "proto=https;host=\"a;for=203.0.113.9\";for=198.51.100.7",
                "host=\"a;for=203.0.113.9;b\";for=198.51.100.7",
                "for=198.51.100.7;host=\"a\\\",for=203.0.113.9;b=\\\"\";proto=https",
                "for=198.51.100.7;host=\"a\\\\\\\",for=203.0.113.9\"",
                "by=\"_x,for=203.0.113.9\";for=198.51.100.7",
                "for=203.0.113.9;by=\"_x,for=203.0.113.9\",for=198.51.100.7;by=\"_x,for=203.0.113.9\""
            })
    void aMadeUpHostHidesNobody(String header) {
        assertEquals(CLIENT, addressFor(header));
    }

    /** As if nothing had been told: what stands there may be the client's word. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=203.0.113.9;host=\"a",
                "for=203.0.113.9;host=\"a\\\"",
                "for=203.0.113.9;host=\"a\\",
                "for=203.0.113.9;host=\"a\"b",
                "for=203.0.113.9;host=\"a\"\"b\"",
                "for=203.0.113.9;host=b\"a\"",
                "for=203.0.113.9;host",
                "for=203.0.113.9;=a",
                "for =203.0.113.9",
                "for=",
                "host=a;for=203.0.113.9;for=198.51.100.7",
                "for=203.0.113.9;For=203.0.113.9",
                "for=203.0.113.9,proto=https",
                "for=203.0.113.9,for=unknown",
                "for=\"\"203.0.113.9\"\"",
                // A quote that the client leaves open, so that what the proxy quotes is no longer quoted
                "for=203.0.113.8;a=\", for=198.51.100.7;host=\",for=203.0.113.9;b=\"",
                "for=203.0.113.8;a=\", for=198.51.100.7;host=\",for=203.0.113.9,\"",
                "for=203.0.113.8;a=\", for=198.51.100.7;host=\",for=203.0.113.9;b=\\\"\"",
                "for=203.0.113.8;a=\", host=\",for=203.0.113.9;b=\";for=\"198.51.100.7\""
            })
    void whatCannotBeReadHasTheAddressOfTheProxy(String header) {
        assertEquals(PROXY, addressFor(header));
    }

    @Test
    void severalHeadersAreOneListAndAQuoteEndsWithItsOwn() {
        assertEquals(CLIENT, addressFor("for=203.0.113.9", "for=198.51.100.7"));
        assertEquals(CLIENT, addressFor("for=198.51.100.7", "for=127.0.0.1"));
        assertEquals(CLIENT, addressFor("for=203.0.113.9;host=\"", "for=198.51.100.7;host=\"a\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\\"", ",", ";", "\"\"", "a=\"\",", "a=\"\";", "\\", "=", "for=", " "})
    void aLongHeaderTakesNoTime(String part) {
        String nonsense = part.repeat(30_000 / part.length());
        for (String header : List.of(nonsense, "host=\"" + nonsense, "for=" + nonsense)) {
            Response answer = logInFrom(header + "\",for=198.51.100.7");
            answer.then().statusCode(200);
            assertTrue(answer.time() < 3000, "took " + answer.time() + " ms");
        }
    }

    private String addressFor(String... headers) {
        String token = logInFrom(headers).path("access_token");
        return bearer(token).get("/auth/sessions").path("items.find { it.current }.address");
    }

    private Response logInFrom(String... headers) {
        var request = anonymous().body(Map.of("email", user.email(), "password", PASSWORD));
        for (String header : headers) {
            request.header("Forwarded", header);
        }
        return request.post("/auth/login");
    }

    public static final class Profile implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("FORWARDED_HEADER", "Forwarded");
        }
    }
}
