package dev.todo.problem;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.TestEnvironment;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the HTTP itself, for most of which it takes a socket. */
@QuarkusTest
class HardeningTest extends ApiTest {

    private static final Map<String, String> SECURITY_HEADERS = Map.of(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains",
            "Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin");

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    private static final String JSON_POST =
            lines("POST /auth/login HTTP/1.1", "Host: a", "Content-Type: application/json");

    private static final String SMUGGLED = lines("GET /smuggled HTTP/1.1", "Host: a", "");

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

    @Test
    void anAllowedOriginGetsNoAnswersForCookies() {
        given().header("Origin", TestEnvironment.CORS_ORIGIN)
                .get("/auth/me")
                .then()
                .header("Access-Control-Allow-Origin", TestEnvironment.CORS_ORIGIN)
                .header("Access-Control-Allow-Credentials", not("true"));
    }

    // Methods

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

    // Request smuggling

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 4",
                "Content-Length: 2\r\nContent-Length: 3",
                "Content-Length: 2\r\nContent-Length: 2",
                "Content-Length: 2, 2",
                "Content-Length: 2 2",
                "Content-Length: +2",
                "Content-Length: -2",
                "Content-Length: 0x2",
                "Content-Length: 2.0",
                "Content-Length: 9223372036854775808",
                "Content-Length: 99999999999999999999999",
                "Content-Length:",
                "Content-Length : 2",
                "Content-Length: 2\r\n 0",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity, chunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding: chunked\0",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding:\r\n chunked",
                "Transfer-Encoding: chunked\r\n ,identity",
                "Transfer-Encoding:",
                "\u0001: a\r\nTransfer-Encoding: chunked",
                "X: a\0b",
                "X: a\rTransfer-Encoding: chunked",
                "X: a\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\n",
                "Host: b",
                "no colon"
            })
    void aRequestThatCouldEndElsewhereForAProxyIsRefusedAndTheConnectionClosed(String header) throws IOException {
        assertRefused("400", send(JSON_POST + lines(header, "") + "2\r\n{}\r\n0\r\n\r\n" + SMUGGLED));
    }

    @Test
    void aLengthNextToChunksOfHttp10IsRefusedToo() throws IOException {
        assertRefused(
                "400",
                send(JSON_POST.replace("HTTP/1.1", "HTTP/1.0") + lines("Transfer-Encoding: chunked", "")
                        + "2\r\n{}\r\n0\r\n\r\n" + SMUGGLED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x2\r\n{}\r\n0\r\n\r\n",
                "2g\r\n{}\r\n0\r\n\r\n",
                "-2\r\n{}\r\n0\r\n\r\n",
                "+2\r\n{}\r\n0\r\n\r\n",
                "\r\n{}\r\n0\r\n\r\n",
                "80000000\r\n{}\r\n0\r\n\r\n",
                "100000002\r\n{}\r\n0\r\n\r\n",
                "FFFFFFFFFFFFFFFF1\r\n{}\r\n0\r\n\r\n",
                "2\n{}\r\n0\r\n\r\n",
                "2;a\nb\r\n{}\r\n0\r\n\r\n",
                "2;a=\"\n\"\r\n{}\r\n0\r\n\r\n",
                "2\r\n{}\n0\r\n\r\n",
                "2\r\n{}xx0\r\n\r\n",
                "2\r\n{}\r\n0\n\n",
                "2\r\n{}\r\n0\r\nA: b\n\r\n"
            })
    void aChunkThatAProxyCouldReadOtherwiseIsRefused(String chunks) throws IOException {
        assertRefused("400", send(JSON_POST + lines("Transfer-Encoding: chunked", "") + chunks + SMUGGLED));
    }

    @Test
    void anExtensionOfAChunkIsNoWayAroundTheLimitOfABody() throws IOException {
        assertRefused(
                "400",
                send(JSON_POST + lines("Transfer-Encoding: chunked", "") + "2;" + "x".repeat(1_000_000)
                        + "\r\n{}\r\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "POST /nothing, 404",
        "POST /api/tasks, 401",
        "PUT /auth/login, 405",
        "GET /q/health/live, 200",
        "POST /q/health/live, 405",
        "GET /auth/me, 401"
    })
    void aBodyThatNobodyReadsIsNotTheNextRequest(String request, String status) throws IOException {
        var sent = send(lines(request + " HTTP/1.1", "Host: a", "Content-Length: " + SMUGGLED.length(), "")
                + SMUGGLED
                + lines("GET /q/health/live HTTP/1.1", "Host: a", "Connection: close", ""));
        assertEquals(List.of(status, "200"), statuses(sent.answer()), sent.answer());
    }

    /** Only so is it plain to all where the next request begins. */
    @ParameterizedTest
    @CsvSource({"POST /nothing, 404", "POST /api/tasks, 401", "POST /auth/login, 400"})
    void aBodyThatIsAnnouncedIsAskedForWhateverComesOfIt(String request, String status) throws IOException {
        var sent = send(lines(
                        request + " HTTP/1.1",
                        "Host: a",
                        "Content-Type: application/json",
                        "Expect: 100-continue",
                        "Content-Length: " + SMUGGLED.length(),
                        "")
                + SMUGGLED
                + lines("GET /q/health/live HTTP/1.1", "Host: a", "Connection: close", ""));
        assertEquals(List.of("100", status, "200"), statuses(sent.answer()), sent.answer());
    }

    /** RFC 9110, section 10.1.1: its client would take it for the answer. */
    @Test
    void aClientOfHttp10IsNotAskedForABody() throws IOException {
        var sent = send(JSON_POST.replace("HTTP/1.1", "HTTP/1.0")
                + lines("Expect: 100-continue", "Content-Length: 2", "")
                + "{}");
        assertFalse(sent.answer().contains(" 100 "), sent.answer());
        assertTrue(sent.answer().contains("\"errors\""), sent.answer());
    }

    @Test
    void aBodyThatIsTooLargeIsNotAskedForAndEndsTheConnection() throws IOException {
        var sent = send(JSON_POST + lines("Expect: 100-continue", "Content-Length: 300000", "") + SMUGGLED);
        assertRefused("413", sent);
    }

    @Test
    void anAnnouncedBodyIsNotAskedForInTheMiddleOfAnotherAnswer() throws IOException {
        var sent = send(JSON_POST
                + lines("Content-Length: 40", "")
                + "{\"email\":\"a@example.org\",\"password\":\"x\"}"
                + JSON_POST
                + lines("Expect: 100-continue", "Content-Length: 2", "Connection: close", "")
                + "{}");
        assertEquals(List.of("401", "400"), statuses(sent.answer()), sent.answer());
    }

    @Test
    void aBodyInManyChunksIsTakenAsOne() throws IOException {
        String body = "{\"email\": \"a\"}";
        StringBuilder chunks = new StringBuilder();
        body.chars()
                .forEach(letter -> chunks.append("1\r\n").append((char) letter).append("\r\n"));
        var sent = send(JSON_POST
                + lines("Transfer-Encoding: chunked", "Connection: close", "")
                + chunks
                + "0\r\nTrailer: x\r\n\r\n");
        assertEquals(List.of("400"), statuses(sent.answer()), sent.answer());
        assertTrue(sent.answer().contains("\"field\":\"password\""), sent.answer());
    }

    @Test
    void anAnswerIsNotOvertakenByTheRefusalOfTheNextRequest() throws IOException {
        var sent = send(JSON_POST + lines("Content-Length: 2", "") + "{}"
                + lines("GET / HTTP/1.1", "Host: a", "Host: b", "") + SMUGGLED);
        assertEquals(List.of("400", "400"), statuses(sent.answer()), sent.answer());
        assertTrue(sent.answer().indexOf("\"errors\"") < sent.answer().indexOf("malformed"), sent.answer());
        assertTrue(sent.closed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1\r\nConnection: close", "HTTP/1.0"})
    void nothingFollowsTheAnswerThatEndsTheConnection(String version) throws IOException {
        var sent = send(lines("GET /q/health/live " + version, "Host: a", "")
                + lines("GET / HTTP/1.1", "Host: a", "Host: b", ""));
        assertTrue(sent.answer().contains(" 200 OK"), sent.answer());
        assertFalse(sent.answer().contains("malformed"), sent.answer());
        assertTrue(sent.closed());
    }

    // Folded lines

    static Stream<String> requestsWithAFold() {
        String chunked = JSON_POST + lines("Transfer-Encoding: chunked", "");
        return Stream.of(
                lines("GET /q/health/live HTTP/1.1", "Host: a", "X: a", " b", ""),
                lines("GET /q/health/live HTTP/1.1", "Host: a", "X: a", "\tb", ""),
                lines("GET /q/health/live HTTP/1.1", "Host: a", "X: a")
                        + lines(" ").repeat(32_000)
                        + lines(""),
                lines("GET /q/health/live HTTP/1.1", " Host: a", ""),
                lines(" GET /q/health/live HTTP/1.1", "Host: a", ""),
                lines("", "\tGET /q/health/live HTTP/1.1", "Host: a", ""),
                chunked + lines(" 2", "{}", "0", ""),
                chunked + lines("2", "{}", "0", " A: b", ""),
                chunked + lines("2", "{}", "0", "A: b", " c", ""),
                chunked + lines("2", "{}", "0", "A: b") + lines("\t").repeat(32_000) + lines(""));
    }

    /** Netty would copy what it has of the header again for every line of it. */
    @ParameterizedTest
    @MethodSource("requestsWithAFold")
    void aHeaderInManyLinesIsRefusedAtTheFirst(String request) throws IOException {
        assertRefused("400", send(request));
    }

    @Test
    void aFoldInTheSecondOfTwoRequestsIsRefusedInTurn() throws IOException {
        var sent = send(lines("GET /q/health/live HTTP/1.1", "Host: a", "")
                + lines("GET /q/health/live HTTP/1.1", "Host: a", " b", "")
                + SMUGGLED);
        assertEquals(List.of("200", "400"), statuses(sent.answer()), sent.answer());
        assertTrue(sent.closed());
    }

    @ParameterizedTest
    @ValueSource(strings = {" b\r\n\r\n", "\t"})
    void aFoldThatComesInByItselfIsRefused(String fold) throws IOException {
        assertRefused("400", sendInTwo(lines("GET /q/health/live HTTP/1.1", "Host: a", "X: a"), fold));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "Transfer-Encoding"})
    void anIndentedLineOfABodyIsNoFoldWhereverItIsCut(String framing) throws IOException {
        String body = "{\n \t\"email\":\n\n  \"a\"\r\n }\n ";
        String request = withBody(framing, body, body.length());
        for (int cut = request.indexOf(body); cut < request.length(); cut++) {
            assertRead(sendInTwo(request.substring(0, cut), request.substring(cut)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Length, 200000",
        "Transfer-Encoding, 200000",
        "Transfer-Encoding, 1000",
        "Transfer-Encoding, 1001"
    })
    void aLongBodyOfIndentedLinesHasNoFold(String framing, int chunk) throws IOException {
        assertRead(send(withBody(framing, "{" + "\n   ".repeat(49_999) + "}\n ", chunk)));
    }

    private static String withBody(String framing, String body, int chunk) {
        String head = JSON_POST + lines("Connection: close");
        if (framing.equals("Content-Length")) {
            return head + lines("Content-Length: " + body.length(), "") + body;
        }
        var chunks = new StringBuilder();
        for (int at = 0; at < body.length(); at += chunk) {
            String data = body.substring(at, Math.min(at + chunk, body.length()));
            chunks.append(lines(Integer.toHexString(data.length()), data));
        }
        return head + lines("Transfer-Encoding: chunked", "") + chunks + lines("0", "");
    }

    private static void assertRead(Sent sent) {
        assertEquals(List.of("400"), statuses(sent.answer()), sent.answer());
        assertTrue(sent.answer().contains("\"field\":\"password\""), sent.answer());
    }

    // Other protocols

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.7", "FOO/1.1"})
    void anotherVersionIsRefusedAndNotEchoed(String version) throws IOException {
        assertRefused("505", send(lines("GET /auth/me " + version, "Host: a", "") + SMUGGLED));
    }

    @Test
    void http2WithoutTlsIsRefused() throws IOException {
        assertRefused("505", send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"));
        var upgrade = send(lines(
                "GET /q/health/live HTTP/1.1",
                "Host: a",
                "Connection: Upgrade, HTTP2-Settings",
                "Connection: close",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
                ""));
        assertEquals(List.of("200"), statuses(upgrade.answer()), upgrade.answer());
    }

    // Exhaustion

    @Test
    void aConnectionThatIsSlowOnPurposeIsClosed() throws IOException {
        var user = newUser();
        String length = lines("Content-Length: 1000", "") + "{";
        String toTasks = lines(
                "POST /api/tasks HTTP/1.1",
                "Host: a",
                "Content-Type: application/json",
                "Authorization: Bearer " + user.token());
        Map<String, List<String>> expected = new LinkedHashMap<>();
        expected.put("", List.of());
        expected.put("GET / HT", List.of("408"));
        expected.put(lines("GET / HTTP/1.1", "X: "), List.of("408"));
        expected.put(lines("GET /q/health/live HTTP/1.1", "Host: a", "") + "GET / HT", List.of("200", "408"));
        expected.put(JSON_POST + length, List.of("408"));
        expected.put(JSON_POST + lines("Transfer-Encoding: chunked", "") + "400\r\n", List.of("408"));
        expected.put(JSON_POST + lines("Transfer-Encoding: chunked", "") + "4;", List.of("408"));
        expected.put(toTasks + length, List.of("408"));
        expected.put(toTasks.replace("Bearer ", "Bearer x") + length, List.of("408"));
        expected.put(lines("POST /nothing HTTP/1.1", "Host: a") + length, List.of("408"));
        List<Attack> attacks = new ArrayList<>();
        try {
            for (String begin : expected.keySet()) {
                attacks.add(new Attack(begin));
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            while (System.nanoTime() < end && !attacks.stream().allMatch(Attack::isOver)) {
                for (Attack attack : attacks) {
                    attack.drip("1");
                }
            }
            for (Attack attack : attacks) {
                assertTrue(attack.isOver(), "Still open: " + attack.begin);
                assertEquals(expected.get(attack.begin), statuses(attack.answer.toString()), attack.begin);
            }
        } finally {
            for (Attack attack : attacks) {
                attack.socket.close();
            }
        }
    }

    /** More than there are threads. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /auth/login", "POST /api/tasks", "PUT /auth/password", "DELETE /auth/me"})
    void slowBodiesOfManyHoldNobodyUp(String request) throws IOException {
        var user = newUser();
        List<Attack> attacks = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                attacks.add(new Attack(lines(
                                request + " HTTP/1.1",
                                "Host: a",
                                "Authorization: Bearer " + user.token(),
                                "Content-Type: application/json",
                                "Content-Length: 1000",
                                "")
                        + "{"));
            }
            assertTrue(user.client()
                            .get("/api/tasks")
                            .then()
                            .statusCode(200)
                            .extract()
                            .time()
                    < 1_000);
        } finally {
            for (Attack attack : attacks) {
                attack.socket.close();
            }
        }
    }

    @Test
    void manyRequestsSentAheadAreNotKept() throws IOException {
        String slow = JSON_POST + lines("Content-Length: 40", "") + "{\"email\":\"a@example.org\",\"password\":\"x\"}";
        var sent = send(slow + lines("GET /nothing HTTP/1.1", "Host: a", "").repeat(500));
        var statuses = statuses(sent.answer());
        assertEquals("429", statuses.get(statuses.size() - 1), sent.answer());
        assertTrue(statuses.size() <= 17, statuses.toString());
        assertTrue(sent.closed());
    }

    @Test
    void anEndlessHeadOrAddressIsAProblem() throws IOException {
        assertRefused("414", send(lines("GET /" + "x".repeat(40_000) + " HTTP/1.1", "Host: a", "")));
        assertRefused("431", send(lines("GET / HTTP/1.1", "Host: a", "X: " + "x".repeat(140_000), "")));
    }

    /** What they are parsed into is many times as large, and some of it is kept. */
    @ParameterizedTest
    @CsvSource({"Content-Type, application/json, 1000", "Accept, application/json, 1000", "Authorization, Bearer, 9000"
    })
    void whatIsParsedOfEveryRequestIsShort(String header, String value, int more) throws IOException {
        assertRefused(
                "431",
                send(lines(
                                "POST /auth/login HTTP/1.1",
                                "Host: a",
                                header + ": " + value + ";a=" + "x".repeat(more),
                                "Content-Length: 2",
                                "")
                        + "{}"));
    }

    @Test
    void aMethodThatIsAWholeTextIsRefused() throws IOException {
        assertRefused("400", send(lines("X".repeat(1_000) + " / HTTP/1.1", "Host: a", "")));
    }

    @Test
    void whoDoesNotReadIsNotAnsweredAheadButDisconnected() throws IOException {
        byte[] request = lines("GET /q/openapi HTTP/1.1", "Host: a", "").getBytes(StandardCharsets.UTF_8);
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(URI.create(RestAssured.baseURI).getHost(), RestAssured.port));
            assertThrows(SocketException.class, () -> {
                for (var end = Instant.now().plusSeconds(10); Instant.now().isBefore(end); ) {
                    socket.getOutputStream().write(request);
                    // As long as it takes to answer
                    given().get("/q/openapi").then().statusCode(200);
                }
            });
        }
    }

    @Test
    void aBodyThatNobodyReadsIsNotDrainedWithoutEnd() throws IOException {
        String chunk = lines("10000", "x".repeat(0x10000));
        var sent = send(lines("POST /nothing HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "") + chunk.repeat(5));
        assertRefused("413", sent);
    }

    /** Whoever answers a preflight does not wait for its body. */
    @ParameterizedTest
    @ValueSource(ints = {0, 10, 300_000})
    void aBodyThatIsAnsweredAheadEndsTheConnectionAndHasNoOtherAnswer(int sentBytes) throws IOException {
        var sent = send(lines(
                        "OPTIONS /api/tasks HTTP/1.1",
                        "Host: a",
                        "Origin: " + TestEnvironment.CORS_ORIGIN,
                        "Access-Control-Request-Method: PATCH",
                        "Content-Length: 300000",
                        "")
                + "x".repeat(sentBytes));
        assertEquals(List.of("200"), statuses(sent.answer()), sent.answer());
        assertTrue(sent.closed());
    }

    @ParameterizedTest
    @CsvSource({"x, 30000", "'\r\na:', 600"})
    void manyLargeRequestsThatAreNotEndedLeaveRoomForOthers(String header, int times) throws IOException {
        List<Attack> attacks = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                attacks.add(new Attack(lines("GET / HTTP/1.1", "Host: a", "X: " + header.repeat(times))));
            }
            given().get("/q/health/live").then().statusCode(200);
            newUser().createTask("Read");
            for (Attack attack : attacks) {
                attack.drip("1");
            }
            long refused = attacks.stream()
                    .filter(attack -> statuses(attack.answer.toString()).contains("503"))
                    .count();
            assertTrue(refused > 10 && refused < 100, refused + " refused");
        } finally {
            for (Attack attack : attacks) {
                attack.socket.close();
            }
        }
    }

    static Stream<String> requestsOfManyLines() {
        String chunked = JSON_POST + lines("Transfer-Encoding: chunked", "");
        return Stream.of(
                lines("GET / HTTP/1.1", "Host: a") + "a:\r\n".repeat(5000),
                "\r\n".repeat(5000),
                chunked + lines("0") + "a:\r\n".repeat(5000),
                chunked + lines("1", "{", "0") + "a:\r\n".repeat(5000),
                chunked + lines("1", "\n").repeat(2000));
    }

    @ParameterizedTest
    @MethodSource("requestsOfManyLines")
    void requestsOfManyLinesThatAreNotEndedLeaveRoomForOthers(String start) throws IOException {
        List<Attack> attacks = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                var attack = new Attack(start);
                attacks.add(attack);
                attack.socket.setSoTimeout(5_000);
                attack.read();
                assertEquals(List.of("431"), statuses(attack.answer.toString()));
            }
            given().contentType(ContentType.JSON)
                    .body("x".repeat(100_000))
                    .post("/auth/login")
                    .then()
                    .statusCode(400);
        } finally {
            for (Attack attack : attacks) {
                attack.socket.close();
            }
        }
    }

    @Test
    void trailersOfRequestsThatWaitCountAsWhatTheyTake() throws IOException {
        String slow = JSON_POST + lines("Content-Length: 40", "") + "{\"email\":\"a@example.org\",\"password\":\"x\"}";
        String next = JSON_POST + lines("Transfer-Encoding: chunked", "", "0") + "a:\r\n".repeat(7000) + lines("");
        String answer = send(slow + next.repeat(14)).answer();
        assertTrue(statuses(answer).contains("431"), answer);
    }

    @Test
    void anAnswerDoesNotMakeRoomForTheHeadThatCameInWithItsRequest() throws IOException {
        String answered = lines("GET /q/health/live HTTP/1.1", "Host: a", "");
        List<Attack> attacks = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                var attack = new Attack(answered + lines("GET / HTTP/1.1", "Host: a") + "a:\r\n".repeat(600));
                attacks.add(attack);
                while (attack.answer.isEmpty() && !attack.isOver()) {
                    attack.read();
                }
            }
            assertTrue(
                    statuses(attacks.get(39).answer.toString()).contains("503"),
                    attacks.get(39).answer.toString());
        } finally {
            for (Attack attack : attacks) {
                attack.socket.close();
            }
        }
    }

    @Test
    void aHeadThatCameInWithTheRequestBeforeIsNotWaitedForWithoutEnd() throws IOException {
        var sent = send(lines("GET /q/health/live HTTP/1.1", "Host: a", "") + "GET / HT");
        assertEquals(List.of("200", "408"), statuses(sent.answer()), sent.answer());
        assertTrue(sent.closed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 60002", "Transfer-Encoding: chunked"})
    void theLinesOfABodyCountAsNoMoreThanText(String framing) throws IOException {
        String body = "{" + "\n  ".repeat(20_000) + "}";
        var sent = send(JSON_POST
                + lines(framing, "Connection: close", "")
                + (framing.endsWith("chunked") ? lines(Integer.toHexString(body.length()), body, "0", "") : body));
        assertEquals(List.of("400"), statuses(sent.answer()), sent.answer());
        assertTrue(sent.answer().contains("\"field\":\"password\""), sent.answer());
    }

    @Test
    void aConnectionThatAlwaysSendsAheadIsChargedForNothingThatIsAnswered() throws IOException {
        String head = lines("POST /nothing HTTP/1.1", "Host: a", "Content-Length: 30001", "") + "x";
        var attack = new Attack(head);
        try (attack.socket) {
            for (int i = 1; i <= 100; i++) {
                attack.write("x".repeat(30_000) + head);
                while (statuses(attack.answer.toString()).size() < i && !attack.isOver()) {
                    attack.read();
                }
            }
            assertEquals(Collections.nCopies(100, "404"), statuses(attack.answer.toString()));
        }
    }

    @Test
    void manyLargeRequestsThatAreAnsweredLeaveRoomForOthers() {
        for (int i = 0; i < 80; i++) {
            given().header("X", "x".repeat(30_000)).get("/q/health/live").then().statusCode(200);
            given().body("x".repeat(100_000)).post("/nothing").then().statusCode(404);
        }
    }

    @Test
    void theIndentedLinesOfABodyAreDecodedManyAtATime() {
        var connection =
                new Connection(lines("POST / HTTP/1.1", "Host: a", "Content-Length: 19200", "") + " x\n".repeat(6_400));
        long decoded = connection.guard.decoded();
        assertTrue(decoded < 250, decoded + " parts");
    }

    // Clients that go

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // it fails
    void whoHasGoneIsSentNothingMore() {
        var connection = new Connection(lines("GET / HTTP/1.1", "Host: a", "") + lines("GET /", ""));
        connection.broken = true;
        var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        connection.channel.writeAndFlush(answer);
        assertEquals(List.of(answer), connection.sent);
    }

    /** A connection without a network or Vert.x. */
    private static final class Connection {

        private final List<Object> sent = new ArrayList<>();
        private final ConnectionGuard guard;
        private final EmbeddedChannel channel;
        private boolean broken;

        Connection(String requests) {
            var hour = Duration.ofHours(1);
            guard = new ConnectionGuard(new ConnectionGuard.Limits(hour, hour, hour, 1 << 20, 1 << 20));
            var decoder = new HttpRequestDecoder();
            decoder.setCumulator(guard::cumulate);
            var log = new ChannelOutboundHandlerAdapter() {
                @Override
                public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                    sent.add(message);
                    promise.setFailure(new ClosedChannelException());
                }
            };
            channel = new EmbeddedChannel(new ConnectionIntake(guard), decoder, new HttpResponseEncoder(), log, guard) {
                @Override
                public boolean isActive() {
                    return !broken && super.isActive();
                }
            };
            channel.writeInbound(Unpooled.copiedBuffer(requests, StandardCharsets.US_ASCII));
        }
    }

    private static void assertRefused(String status, Sent sent) {
        assertEquals(List.of(status), statuses(sent.answer()), sent.answer());
        assertTrue(sent.answer().contains("application/problem+json"), sent.answer());
        assertTrue(sent.answer().contains("\"status\":" + status), sent.answer());
        assertTrue(sent.closed(), "The connection is still open");
    }

    private static List<String> statuses(String answers) {
        List<String> statuses = new ArrayList<>();
        Matcher matcher = STATUS_LINE.matcher(answers);
        while (matcher.find()) {
            statuses.add(matcher.group(1));
        }
        return statuses;
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    private record Sent(String answer, boolean closed) {}

    /** Sends this and waits for the service to close the connection, or for some seconds. */
    private static Sent send(String request) throws IOException {
        var attack = new Attack(request);
        try (attack.socket) {
            attack.socket.setSoTimeout(5_000);
            attack.read();
            return new Sent(attack.answer.toString(), attack.isOver());
        }
    }

    /** Waits long enough for the service to read the first part by itself. */
    private static Sent sendInTwo(String first, String second) throws IOException {
        var attack = new Attack(first);
        try (attack.socket) {
            attack.read();
            attack.write(second);
            attack.socket.setSoTimeout(5_000);
            attack.read();
            return new Sent(attack.answer.toString(), attack.isOver());
        }
    }

    private static final class Attack {

        private final String begin;
        private final Socket socket;
        private final StringBuilder answer = new StringBuilder();
        private boolean over;

        Attack(String begin) throws IOException {
            this.begin = begin;
            socket = new Socket(URI.create(RestAssured.baseURI).getHost(), RestAssured.port);
            socket.setSoTimeout(10);
            write(begin);
        }

        boolean isOver() {
            return over;
        }

        private void write(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void drip(String text) throws IOException {
            read();
            if (!over && !begin.isEmpty()) {
                write(text);
            }
        }

        void read() throws IOException {
            byte[] buffer = new byte[8192];
            try {
                while (!over) {
                    int count = socket.getInputStream().read(buffer);
                    if (count < 0) {
                        over = true;
                    } else {
                        answer.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                    }
                }
            } catch (SocketTimeoutException e) {
                // nothing more for now
            }
        }
    }
}
