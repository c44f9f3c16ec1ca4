package dev.todo.problem;

import static dev.todo.testing.RawConnection.JSON_POST;
import static dev.todo.testing.RawConnection.assertRefused;
import static dev.todo.testing.RawConnection.lines;
import static dev.todo.testing.RawConnection.send;
import static dev.todo.testing.RawConnection.statuses;
import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.RawConnection;
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
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the time, the threads and the memory that connections take. */
@QuarkusTest
class ExhaustionTest extends ApiTest {

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
        List<RawConnection> attacks = new ArrayList<>();
        try {
            for (String begin : expected.keySet()) {
                attacks.add(new RawConnection(begin));
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            while (System.nanoTime() < end && !attacks.stream().allMatch(RawConnection::isOver)) {
                for (RawConnection attack : attacks) {
                    attack.drip("1");
                }
            }
            for (RawConnection attack : attacks) {
                assertTrue(attack.isOver(), "Still open: " + attack.begin());
                assertEquals(expected.get(attack.begin()), statuses(attack.answer()), attack.begin());
            }
        } finally {
            for (RawConnection attack : attacks) {
                attack.close();
            }
        }
    }

    /** More than there are threads. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /auth/login", "POST /api/tasks", "PUT /auth/password", "DELETE /auth/me"})
    void slowBodiesOfManyHoldNobodyUp(String request) throws IOException {
        var user = newUser();
        List<RawConnection> attacks = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                attacks.add(new RawConnection(lines(
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
            for (RawConnection attack : attacks) {
                attack.close();
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
        assertRefused("414", send(lines("GET /?" + "x".repeat(40_000) + " HTTP/1.1", "Host: a", "")));
        assertRefused("414", send(lines("GET /" + "x".repeat(1_000) + " HTTP/1.1", "Host: a", "")));
        assertRefused("431", send(lines("GET / HTTP/1.1", "Host: a", "X: " + "x".repeat(140_000), "")));
    }

    /** What they are parsed into is many times as large, and some of it is kept. */
    @ParameterizedTest
    @CsvSource({
        "Content-Type, application/json, 1000",
        "Accept, application/json, 1000",
        "Accept-Charset, utf-8, 1000",
        "Accept-Encoding, gzip, 1000",
        "Accept-Language, en, 1000",
        "Authorization, Bearer, 9000"
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

    @ParameterizedTest
    @ValueSource(strings = {"/%s", "http://a/%s", "http://a?/%s", "?://x/%s", "x%s"})
    void aPathIsShortWhereverItBegins(String target) throws IOException {
        assertRefused("414", send(lines("GET " + target.formatted("%41".repeat(400)) + " HTTP/1.1", "Host: a", "")));
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
        List<RawConnection> attacks = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                attacks.add(new RawConnection(lines("GET / HTTP/1.1", "Host: a", "X: " + header.repeat(times))));
            }
            given().get("/q/health/live").then().statusCode(200);
            newUser().createTask("Read");
            for (RawConnection attack : attacks) {
                attack.drip("1");
            }
            long refused = attacks.stream()
                    .filter(attack -> statuses(attack.answer()).contains("503"))
                    .count();
            assertTrue(refused > 10 && refused < 100, refused + " refused");
        } finally {
            for (RawConnection attack : attacks) {
                attack.close();
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
        List<RawConnection> attacks = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                var attack = new RawConnection(start);
                attacks.add(attack);
                attack.setPatience(Duration.ofSeconds(5));
                attack.read();
                assertEquals(start.isBlank() ? List.of() : List.of("431"), statuses(attack.answer()));
                assertTrue(attack.isOver());
            }
            given().contentType(ContentType.JSON)
                    .body("x".repeat(100_000))
                    .post("/auth/login")
                    .then()
                    .statusCode(400);
        } finally {
            for (RawConnection attack : attacks) {
                attack.close();
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
        List<RawConnection> attacks = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                var attack = new RawConnection(answered + lines("GET / HTTP/1.1", "Host: a") + "a:\r\n".repeat(600));
                attacks.add(attack);
                while (attack.answer().isEmpty() && !attack.isOver()) {
                    attack.read();
                }
            }
            assertTrue(
                    statuses(attacks.get(39).answer()).contains("503"),
                    attacks.get(39).answer());
        } finally {
            for (RawConnection attack : attacks) {
                attack.close();
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
        var attack = new RawConnection(head);
        try (attack) {
            for (int i = 1; i <= 100; i++) {
                attack.write("x".repeat(30_000) + head);
                while (statuses(attack.answer()).size() < i && !attack.isOver()) {
                    attack.read();
                }
            }
            assertEquals(Collections.nCopies(100, "404"), statuses(attack.answer()));
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
            guard = new ConnectionGuard(
                    new ConnectionGuard.Limits(hour, hour, hour, 1 << 20, 1 << 20), new ConnectionLimit(1));
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
}
