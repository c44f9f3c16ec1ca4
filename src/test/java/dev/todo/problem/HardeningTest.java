package dev.todo.problem;

import static dev.todo.testing.RawConnection.assertRefused;
import static dev.todo.testing.RawConnection.lines;
import static dev.todo.testing.RawConnection.send;
import static dev.todo.testing.RawConnection.statuses;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.TestEnvironment;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers and scanners get to see. */
@QuarkusTest
class HardeningTest extends ApiTest {

    private static final Map<String, String> SECURITY_HEADERS = Map.of(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains",
            "Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cache-Control", "no-store");

    // What browsers are told

    @ParameterizedTest
    @CsvSource({
        "GET, /q/health/live, 200",
        "GET, /q/metrics, 200",
        "GET, /q/openapi, 200",
        "GET, /auth/me, 401",
        "GET, /nothing, 404",
        "PUT, /auth/me, 405",
        "POST, /auth/login, 415",
        "TRACE, /q/metrics, 405"
    })
    void everyAnswerHasTheSecurityHeadersAndNamesNoServer(String method, String path, int status) {
        given().urlEncodingEnabled(false)
                .request(method, path)
                .then()
                .statusCode(status)
                .headers(SECURITY_HEADERS)
                .header("Server", nullValue())
                .header("X-Powered-By", nullValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {TestEnvironment.CORS_ORIGIN, "https://attacker.example"})
    void whatCorsAnswersHasTheSecurityHeaders(String origin) {
        given().header("Origin", origin)
                .header("Access-Control-Request-Method", "PATCH")
                .options("/api/tasks/x")
                .then()
                .headers(SECURITY_HEADERS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /auth/me HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /% HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /auth/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /auth/me\r\n\r\n"
            })
    void whatNoRouteSeesHasTheSecurityHeaders(String request) throws IOException {
        String answer = send(request).answer();
        assertTrue(answer.contains("application/problem+json"), answer);
        SECURITY_HEADERS.forEach((name, value) -> assertTrue(answer.contains(name + ": " + value), answer));
    }

    /** What Quarkus fails at when it looks whether the origin is the service's own. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "/api/tasks?q=|, Host: a, http://x, 403",
                "/api/tasks, Host: a_b, http://x, 403",
                "/api/tasks, Host:, http://x, 403",
                "/api/tasks, Host: [zz], http://x, 403",
                "/api/tasks, none, http://x, 403",
                "/api/tasks, Host: a b, http://x, 403",
                "/api/tasks?q=|, Host: a, http://a, 401",
                "/api/tasks?q=|, Host: a, " + TestEnvironment.CORS_ORIGIN + ", 401",
                "/api/tasks?q=|, Host: a, https://attacker.example, 403"
            })
    void anotherOriginIsRefusedHoweverOddTheAddress(String target, String host, String origin, String status)
            throws IOException {
        String version = host == null || host.contains(" b") ? "HTTP/1.0" : "HTTP/1.1";
        String answer = send(lines(
                        "GET " + target + " " + version,
                        "Origin: " + origin,
                        "Connection: close",
                        host == null ? "" : host + "\r\n"))
                .answer();
        assertTrue(answer.startsWith("HTTP/1.1 " + status) || answer.startsWith("HTTP/1.0 " + status), answer);
    }

    @Test
    void anAllowedOriginGetsNoAnswersForCookies() {
        given().header("Origin", TestEnvironment.CORS_ORIGIN)
                .get("/auth/me")
                .then()
                .header("Access-Control-Allow-Origin", TestEnvironment.CORS_ORIGIN)
                .header("Access-Control-Allow-Credentials", not("true"));
    }

    // Methods

    /** RESTEasy decodes a path with a semicolon twice. */
    @ParameterizedTest
    @ValueSource(strings = {"/api/tasks/%25;a", "/api/tasks/%252;a", "/auth/sessions/%25;a"})
    void aPathThatIsMalformedWhenItIsDecodedTwiceIsRefused(String path) throws IOException {
        var answer = send(lines("POST " + path + " HTTP/1.1", "Host: a", "Connection: close", ""))
                .answer();
        assertEquals(List.of("400"), statuses(answer), answer);
        assertTrue(answer.contains("application/problem+json"), answer);
    }

    /** Vert.x parses what a client accepts when it looks for a route, or when it is asked to. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "Accept-Encoding | a;c=\"",
                "Accept-Encoding | gzip;a=\", b",
                "Accept-Encoding | a=\"x;y=\"",
                "Accept-Language | a;\"=\" ;b",
                "Accept-Charset | a;c=\"",
                "Accept | text/html;c=\"",
                "Accept | a/b;\"=\"",
                "Content-Type | application/json;a=\""
            })
    void aParameterThatIsNothingButAQuoteIsRefused(String header, String value) throws IOException {
        for (String path : List.of("/", "/q/metrics", "/api/tasks", "/verify-email")) {
            assertRefused("400", send(lines("GET " + path + " HTTP/1.1", "Host: a", header + ": " + value, "")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT", "TRACK", "PROPFIND", "FOO", "get"})
    void methodsThatNobodyKnowsAreRefusedEverywhereAndNotEchoed(String method) throws IOException {
        for (var expected : Map.of(
                        "/auth/me", "405",
                        "/api/tasks", "405",
                        "/q/health/live", "405",
                        "/q/metrics", "405",
                        "/q/../q/openapi", "405",
                        "/nothing", "404")
                .entrySet()) {
            String answer = send(lines(
                            method + " " + expected.getKey() + " HTTP/1.1",
                            "Host: a",
                            "X-Secret: s3cret",
                            "Connection: close",
                            ""))
                    .answer();
            assertEquals(List.of(expected.getValue()), statuses(answer), answer);
            assertTrue(answer.contains("application/problem+json"), answer);
            assertEquals(
                    expected.getValue().equals("405"),
                    answer.contains("\r\nallow: ") || answer.contains("\r\nAllow: "),
                    answer);
            assertFalse(answer.contains("s3cret") || answer.contains(method + " "), answer);
        }
    }

    /** As many as make the extension fail. */
    @Test
    void madeUpGroupsOfHealthChecksAreNowhere() {
        for (int i = 0; i < 110; i++) {
            RestAssured.get("/q/health/group/made-up-" + i).then().spec(problem(404));
        }
        RestAssured.get("/q/health/group").then().spec(problem(404));
        RestAssured.get("/q//health/./group/x").then().spec(problem(404));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    void operationsCanOnlyBeRead(String method) {
        for (String path : List.of("/q/health/live", "/q/metrics", "/q/openapi")) {
            given().request(method, path).then().spec(problem(405)).header("Allow", equalTo("GET, HEAD"));
        }
    }

    @Test
    void methodsThatAnybodyMakesUpStayOutOfTheMetrics() {
        // RestAssured sends methods in capitals
        String madeUp = UUID.randomUUID().toString().replace("-", "").toUpperCase(Locale.ROOT);
        for (String path : List.of("/auth/me", "/nothing", "/q/metrics")) {
            given().request(madeUp, path);
        }
        assertFalse(given().get("/q/metrics").asString().contains(madeUp));
    }

    @Test
    void aTokenOnAnUnknownRouteIsNobodysBusiness() {
        bearer("nonsense").get("/nothing").then().spec(problem(404));
        bearer("nonsense").body("{").post("/nothing").then().spec(problem(404));
    }
}
