package dev.todo.operations;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.TestEnvironment;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The id by which a request is found again in the logs. */
@QuarkusTest
class RequestIdTest extends ApiTest {

    private static final String HEADER = "X-Request-Id";

    @ParameterizedTest
    @ValueSource(strings = {"/auth/me", "/nothing", "/q/health/live"})
    void anIdIsTakenAndGivenBack(String path) {
        given().urlEncodingEnabled(false)
                .header(HEADER, "4f3c-A_b.c:d=e+f/g")
                .get(path)
                .then()
                .header(HEADER, equalTo("4f3c-A_b.c:d=e+f/g"));
    }

    @Test
    void withoutOneItIsTheTrace() {
        given().header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .get("/auth/me")
                .then()
                .header(HEADER, equalTo("0af7651916cd43dd8448eb211c80319c"));
    }

    @Test
    void withoutEitherEveryRequestGetsANewOne() {
        String first = given().get("/auth/me").header(HEADER);
        assertTrue(first.matches("[0-9a-f-]{36}"), first);
        assertNotEquals(first, given().get("/auth/me").header(HEADER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "two words",
                "{\"level\":\"FATAL\"}",
                "ada@example.org",
                "\u001b[31mred",
                "a123456789a123456789a123456789a123456789a123456789a123456789a123456789a123456789a123456789a123456789"
                        + "a123456789a123456789a123456789"
            })
    void whatDoesNotBelongIntoALogIsReplaced(String id) {
        String given = given().header(HEADER, id).get("/auth/me").header(HEADER);
        assertTrue(given.matches("[0-9a-f-]{36}"), given);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
                "nonsense"
            })
    void aMalformedTraceIsNoId(String traceparent) {
        String given =
                given().header("traceparent", traceparent).get("/auth/me").header(HEADER);
        assertTrue(given.matches("[0-9a-f-]{36}"), given);
    }

    @Test
    void pagesOfAllowedOriginsMayReadIt() {
        given().header("Origin", TestEnvironment.CORS_ORIGIN)
                .get("/auth/me")
                .then()
                .header("Access-Control-Expose-Headers", org.hamcrest.Matchers.containsString(HEADER));
    }
}
