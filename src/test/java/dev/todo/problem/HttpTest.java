package dev.todo.problem;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.testing.ApiTest;
import dev.todo.testing.RawConnection;
import dev.todo.testing.TestEnvironment;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP around the resources: routing, negotiation, CORS, operations, and the document that describes it all. */
@QuarkusTest
class HttpTest extends ApiTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/api",
                "/auth",
                "/api/task",
                "/api/tasks/x/y",
                "/api/tasks/x/complete/z",
                "/q/nothing",
                "/API/tasks",
                "/auth/me/x",
                "/robots.txt",
                "/../../etc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd"
            })
    void unknownRoutesAreProblems(String path) {
        given().urlEncodingEnabled(false).get(path).then().spec(problem(404));
        given().urlEncodingEnabled(false).accept("text/html").get(path).then().spec(problem(404));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/auth/me/x", "/api/tasks/x/y"})
    void neitherTokenNorBodyOfAnUnknownRouteIsLookedAt(String path) {
        given().header("Authorization", "Bearer nonsense")
                .contentType("application/json")
                .body("{")
                .post(path)
                .then()
                .spec(problem(404));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%",
                "/%zz",
                "/api/tasks/%zz",
                "/api/tasks?q=%",
                "/api/tasks?q=100%",
                "/api/tasks?q=%f",
                "/api/tasks?%=1",
                "/q/health/live?x=%",
                "/\u001b[31m"
            })
    void malformedAddressesAreProblems(String target) throws IOException {
        String answer = raw("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
        assertTrue(answer.contains("application/problem+json"), answer);
        assertTrue(answer.contains("\"detail\""), answer);
    }

    @Test
    void aFailureThatSuppressesWhatItCausedIsLookedThroughOnce() {
        var failure = new IllegalStateException();
        var suppressed = new IllegalStateException(failure);
        failure.addSuppressed(suppressed);
        assertEquals(List.of(failure, suppressed), List.copyOf(ExceptionMappers.causes(failure)));
    }

    @Test
    void aRequestWithoutAHostIsAProblem() throws IOException {
        String answer = raw("GET /auth/me HTTP/1.1\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
        assertTrue(answer.contains("application/problem+json"), answer);
    }

    @Test
    void charactersThatBrowsersDoNotEncodeAreTaken() throws IOException {
        var user = newUser();
        user.createTask("a|b^c`d{e}");
        String answer = raw(
                "GET /api/tasks?q=a|b^c`d{e} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                        + user.token() + "\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
        assertTrue(answer.contains("a|b^c`d{e}"), answer);
    }

    @Test
    void theAllowHeaderOfA405SaysWhatTheDocumentSays() throws IOException {
        JsonNode paths = new ObjectMapper()
                .readTree(given().queryParam("format", "json").get("/q/openapi").asString())
                .get("paths");
        assertTrue(paths.size() >= 6, paths::toString);
        for (var path : paths.properties()) {
            Set<String> allowed = new HashSet<>(Set.of("OPTIONS"));
            path.getValue().properties().stream()
                    .map(operation -> operation.getKey().toUpperCase(Locale.ROOT))
                    .forEach(allowed::add);
            if (allowed.contains("GET")) {
                allowed.add("HEAD");
            }
            String address = path.getKey().replace("{id}", "0199e0a0-0000-7000-8000-000000000000");
            for (String method : List.of("GET", "PUT", "POST", "PATCH", "DELETE", "TRACE", "FOO")) {
                if (!allowed.contains(method)) {
                    String allow = given().contentType("application/json")
                            .request(method, address)
                            .then()
                            .spec(problem(405))
                            .extract()
                            .header("Allow");
                    assertEquals(allowed, Set.copyOf(Arrays.asList(allow.split(", ", -1))), method + " " + address);
                }
            }
        }
    }

    @Test
    void whatIsNotJsonIsNotAcceptable() {
        var user = newUser();
        user.client().accept("text/html").get("/api/tasks").then().spec(problem(406));
        user.client().accept("application/xml").get("/auth/me").then().spec(problem(406));
        user.client().accept("application/*").get("/api/tasks").then().statusCode(200);
        user.client().accept("text/html, */*;q=0.1").get("/api/tasks").then().statusCode(200);
    }

    @Test
    void aBodyWithoutAMediaTypeOrOfAnotherIsUnsupported() {
        for (String path : List.of("/auth/signup", "/auth/login")) {
            given().contentType("text/plain")
                    .body("{\"email\":\"a\"}")
                    .post(path)
                    .then()
                    .spec(problem(415));
            given().contentType("application/x-www-form-urlencoded; charset=utf-8")
                    .body("email=a")
                    .post(path)
                    .then()
                    .spec(problem(415));
        }
    }

    @Test
    void anOversizedBodyIsTooLargeHoweverItIsSent() throws IOException {
        // The service closes the connection at once, so a client that is still sending may miss the answer: none is
        // here.
        String announced = raw(head(
                "POST /auth/login HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/json",
                "Content-Length: 307200"));
        assertTrue(announced.startsWith("HTTP/1.1 413"), announced);
        assertTrue(announced.contains("application/problem+json"), announced);
        String body = "x".repeat(256 * 1024 + 1);
        String chunked = raw("POST /auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");
        assertTrue(chunked.startsWith("HTTP/1.1 413"), chunked);
        assertTrue(chunked.contains("application/problem+json"), chunked);
    }

    @Test
    void aBodyThatDoesNotEndIsCutOffAndPilesUpNowhere() throws IOException {
        var user = newUser();
        for (String path : List.of("/auth/login", "/api/tasks")) {
            String head = head(
                    "POST " + path + " HTTP/1.1",
                    "Host: localhost",
                    "Authorization: Bearer " + user.token(),
                    "Content-Type: application/json",
                    "Transfer-Encoding: chunked");
            String chunk = String.join("\r\n", "10000", "x".repeat(0x10000), "");
            // raw() returns because the service closes the connection: neither side said that it would
            String answer = raw(head + chunk.repeat(5));
            assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
        }
    }

    @Test
    void aBodyThatIsAnnouncedTooLargeIsRefusedBeforeItIsSent() throws IOException {
        String answer = raw(head(
                "POST /auth/login HTTP/1.1",
                "Host: localhost",
                "Content-Type: application/json",
                "Content-Length: 11000000"));
        assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
        assertTrue(answer.contains("application/problem+json"), answer);
    }

    @Test
    void aBodyThatDoesNotArriveHoldsNoThreadForLong() throws IOException {
        var user = newUser();
        String head = head(
                "POST /api/tasks HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + user.token(),
                "Content-Type: application/json",
                "Content-Length: 100");
        // raw() returns because the service closes the connection, with an answer or without one
        String answer = raw(head + "{\"t");
        assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 408"), answer);
    }

    @Test
    void addressesThatAnybodyMakesUpStayOutOfTheMetrics() {
        String madeUp = UUID.randomUUID().toString();
        given().put("/api/tasks/" + madeUp + "/complete").then().spec(problem(405));
        given().get("/" + madeUp).then().spec(problem(404));
        given().urlEncodingEnabled(false).get("/api//" + madeUp + ";x=y").then().spec(problem(404));
        assertFalse(given().get("/q/metrics").asString().contains(madeUp));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void headGetsTheHeadersOfGet(int largeTasks) throws IOException {
        var user = newUser();
        for (int i = 0; i < largeTasks; i++) {
            user.createTask(Map.of("title", "Read", "description", "x".repeat(10_000)));
        }
        String request = " /api/tasks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: 1\r\n"
                + "Authorization: Bearer " + user.token() + "\r\n\r\n";
        String answer = raw("GET" + request);
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertTrue(body.endsWith("],\"next_cursor\":null}"), answer);
        String head = raw("HEAD" + request);
        assertTrue(head.endsWith("\r\n\r\n"), head);
        assertEquals(headersButLength(answer.substring(0, answer.length() - body.length())), headersButLength(head));
    }

    /** RFC 9110, section 9.3.2, lets HEAD leave out what comes of writing the content. */
    private static Set<String> headersButLength(String answer) {
        return answer.lines()
                .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .collect(Collectors.toSet());
    }

    /** Behind a proxy that ends TLS its origin is another than the service's own. */
    @Test
    void thePageOfThePublicAddressMayCallToo() {
        given().header("Origin", TestEnvironment.PUBLIC_ORIGIN)
                .contentType("application/json")
                .body("{}")
                .post("/auth/login")
                .then()
                .statusCode(400)
                .header("Access-Control-Allow-Origin", TestEnvironment.PUBLIC_ORIGIN);
    }

    @Test
    void onlyConfiguredOriginsMayCallFromABrowser() {
        given().header("Origin", TestEnvironment.CORS_ORIGIN)
                .header("Access-Control-Request-Method", "PATCH")
                .header("Access-Control-Request-Headers", "authorization,content-type")
                .options("/api/tasks/x")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", TestEnvironment.CORS_ORIGIN)
                .header("Access-Control-Allow-Methods", containsString("PATCH"))
                .header("Access-Control-Allow-Headers", containsString("Authorization"));
        given().header("Origin", TestEnvironment.CORS_ORIGIN)
                .get("/api/tasks")
                .then()
                .statusCode(401)
                .header("Access-Control-Allow-Origin", TestEnvironment.CORS_ORIGIN)
                .header("Access-Control-Expose-Headers", containsString("Location"));
        // Browsers ask no questions before it.
        given().header("Origin", TestEnvironment.CORS_ORIGIN)
                .head("/q/health/live")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", TestEnvironment.CORS_ORIGIN);
        for (String origin : List.of(
                "https://attacker.example",
                "null",
                "https://app.example.org.attacker.example",
                "http://app.example.org")) {
            given().header("Origin", origin)
                    .header("Access-Control-Request-Method", "GET")
                    .options("/api/tasks")
                    .then()
                    .header("Access-Control-Allow-Origin", nullValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "ready", "started"})
    void probesAreUp(String probe) {
        given().get("/q/health/" + probe).then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void metricsArePrometheusAndNameNobody() {
        var user = newUser();
        user.client()
                .get("/api/tasks/{id}", user.createTask("secret title"))
                .then()
                .statusCode(200);
        String metrics =
                given().get("/q/metrics").then().statusCode(200).extract().asString();
        assertTrue(metrics.contains("http_server_requests_seconds_count"), metrics);
        assertTrue(metrics.contains("uri=\"/api/tasks/{id}\""), metrics);
        assertTrue(
                !metrics.contains(user.id()) && !metrics.contains(user.email()) && !metrics.contains("secret"),
                metrics);
    }

    /** They count connections to the mail server. */
    @Test
    void metricsDoNotTellOfMails() {
        String metrics = given().get("/q/metrics").asString();
        assertTrue(metrics.contains("process_uptime_seconds"), metrics);
        assertFalse(metrics.contains("process_files"), metrics);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yaml", "json"})
    void theDocumentUnderDocsIsUpToDate(String format) throws IOException {
        String name = "openapi." + format;
        assertEquals(
                given().get("/q/" + name).then().statusCode(200).extract().asString(),
                Files.readString(Path.of("docs", name)),
                name + " is out of date: cp target/openapi/openapi.* docs/");
    }

    @Test
    void theDocumentIsYamlUnlessJsonIsAskedFor() {
        given().get("/q/openapi")
                .then()
                .statusCode(200)
                .contentType("application/yaml")
                .body(startsWith("---"));
        given().queryParam("format", "JSON")
                .get("/q/openapi")
                .then()
                .contentType("application/json")
                .body(startsWith("{"));
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .contentType("application/json")
                .body(startsWith("{"));
    }

    @Test
    void problemsTellNothingOfTheInside() {
        String answer = given().contentType("application/json")
                .body(Map.of("email", "\0", "password", 5))
                .post("/auth/signup")
                .asString();
        for (String leak : List.of("Exception", "java", "org.", "dev.todo", "quarkus", "hibernate")) {
            assertTrue(!answer.toLowerCase(Locale.ROOT).contains(leak.toLowerCase(Locale.ROOT)), answer);
        }
    }

    @Test
    void requestsThatAreSentAheadAreAnsweredAsThoseThatAreNot() throws IOException {
        var user = newUser();
        String toTasks = " /api/tasks HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + user.token();
        String json = "Content-Type: application/json\r\nContent-Length: 13";
        String answers = raw(head("POST" + toTasks, json, "X-Request-Id: first") + "{\"title\":\"a\"}"
                + head("POST" + toTasks, json, "X-Request-Id: second") + "{\"title\":\"b\"}"
                + head("GET /api/tasks HTTP/1.1", "Host: a", "X-Request-Id: third")
                + head("GET" + toTasks, "X-Request-Id: last", "Connection: close"));
        assertEquals(List.of("201", "201", "401", "200"), RawConnection.statuses(answers), answers);
        List<String> ids = Pattern.compile("(?i)x-request-id: (\\w+)")
                .matcher(answers)
                .results()
                .map(id -> id.group(1))
                .toList();
        assertEquals(List.of("first", "second", "third", "last"), ids);
        String list = answers.substring(answers.lastIndexOf("\r\n\r\n"));
        assertTrue(list.contains("\"title\":\"a\"") && list.contains("\"title\":\"b\""), list);
    }

    @Test
    void aLongAnswerThatIsReadSlowlyIsWholeThoughAShortOneEndsTheConnection() throws IOException {
        int length = given().get("/q/openapi").asByteArray().length;
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(URI.create(RestAssured.baseURI).getHost(), RestAssured.port));
            socket.getOutputStream()
                    .write((head("GET /q/openapi HTTP/1.1", "Host: a")
                                    + head("GET /nothing HTTP/1.1", "Host: a", "Connection: close"))
                            .getBytes(StandardCharsets.UTF_8));
            var answers = new StringBuilder();
            byte[] part = new byte[length / 20];
            for (int count = 0; count >= 0; count = socket.getInputStream().read(part)) {
                answers.append(new String(part, 0, count, StandardCharsets.UTF_8));
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            }
            assertEquals(List.of("200", "404"), RawConnection.statuses(answers.toString()));
            assertTrue(answers.length() > length, answers.length() + " of " + length);
        }
    }

    private static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private static String raw(String request) throws IOException {
        try (var socket = new Socket(URI.create(RestAssured.baseURI).getHost(), RestAssured.port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
