package dev.todo.problem;

import static dev.todo.testing.RawConnection.JSON_POST;
import static dev.todo.testing.RawConnection.assertRefused;
import static dev.todo.testing.RawConnection.lines;
import static dev.todo.testing.RawConnection.send;
import static dev.todo.testing.RawConnection.sendInTwo;
import static dev.todo.testing.RawConnection.statuses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.RawConnection.Sent;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a proxy may read as another number of requests than the service does. */
@QuarkusTest
class RequestSmugglingTest extends ApiTest {

    private static final String SMUGGLED = lines("GET /smuggled HTTP/1.1", "Host: a", "");

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

    /** Whatever answers it: a proxy would send somebody's request on a connection that is about to be closed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST * HTTP/1.1\r\nHost: a",
                "POST foo HTTP/1.1\r\nHost: a",
                "POST /nothing HTTP/1.1\r\nHost: x:y",
                "POST /nothing HTTP/1.1",
                "POST /nothing HTTP/1.0\r\nHost: a\r\nConnection: keep-alive"
            })
    void theAnswerToABodyThatIsTooLargeEndsTheConnection(String head) throws IOException {
        var sent = send(lines(head, "Content-Length: 300000", "") + "x".repeat(270_000) + SMUGGLED);
        assertEquals(1, statuses(sent.answer().replace("HTTP/1.0", "HTTP/1.1")).size(), sent.answer());
        assertTrue(sent.answer().toLowerCase(Locale.ROOT).contains("\r\nconnection: close\r\n"), sent.answer());
        assertTrue(sent.closed());
    }

    /** Of two lengths in HTTP/1.0 it may be either that a proxy takes. */
    @Test
    void nothingFollowsARequestOfHttp10() throws IOException {
        var sent = send(lines("POST /nothing HTTP/1.0", "Host: a", "Connection: keep-alive", "Content-Length: 2")
                + lines("Content-Length: " + (2 + SMUGGLED.length()), "")
                + "{}"
                + SMUGGLED);
        assertEquals(1, statuses(sent.answer().replace("HTTP/1.0", "HTTP/1.1")).size(), sent.answer());
        assertTrue(sent.closed());
    }

    @Test
    void theKeysOfTheFirstWebSocketsHideNoBody() throws IOException {
        assertRefused(
                "400",
                send(lines(
                                "GET /q/health/live HTTP/1.1",
                                "Host: a",
                                "Sec-WebSocket-Key1: 1",
                                "Sec-WebSocket-Key2: 2",
                                "")
                        + SMUGGLED));
    }

    /** RFC 9112, section 2.2. */
    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", " ", "\r\n\r\n\t", "\0"})
    void emptyLinesAfterARequestHaveNoAnswer(String more) throws IOException {
        String request = lines("GET /q/health/live HTTP/1.1", "Host: a", "");
        for (String sent : List.of(request + more, request + more.repeat(2_000))) {
            assertEquals(List.of("200"), statuses(send(sent).answer()), sent);
        }
        assertEquals(List.of("200"), statuses(sendInTwo(request, more).answer()));
    }

    /** A proxy would take a second answer for that to the next request, which may be somebody else's. */
    @ParameterizedTest
    @ValueSource(ints = {700, 800, 840, 850, 860, 870, 900, 1000, 2000})
    void aRequestOfManyLinesHasOneAnswer(int count) throws IOException {
        String[] requests = {
            lines("GET /q/health/live HTTP/1.1", "Host: a") + lines("a:").repeat(count) + lines(""),
            lines("POST /nothing HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "")
                    + lines("1", "x").repeat(count)
                    + lines("0", "")
        };
        for (String request : requests) {
            var sent = sendInTwo(request, lines("GET /auth/me HTTP/1.1", "Host: a", "Connection: close", ""));
            List<String> statuses = statuses(sent.answer());
            assertTrue(
                    statuses.equals(List.of("431"))
                            || statuses.equals(List.of(request.startsWith("G") ? "200" : "404", "401")),
                    sent.answer());
        }
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
    @ValueSource(
            strings = {"HTTP/0.9", "HTTP/1.2", "http/1.1", "HTTP/01.1", "http/1.0", "HTTP/2.0", "HTTP/3.7", "FOO/1.1"})
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
}
