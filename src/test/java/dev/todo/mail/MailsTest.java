package dev.todo.mail;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.StuckMailServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MailsTest {

    private static final int MUCH = 64 << 20;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** There are no more connections than two: they must not be lost. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 5})
    void aServerThatStopsAnsweringGetsTheMailsThatComeLater(int answers) throws Exception {
        try (var server = StuckMailServer.after(answers)) {
            sendThree(server);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 5})
    void aServerThatNeverEndsAnAnswerGetsTheMailsThatComeLater(int answers) throws Exception {
        try (var server = StuckMailServer.drippingAfter(answers)) {
            sendThree(server);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "220-x\r\n"})
    void aServerThatTalksWithoutEndFillsNoMemory(String talk) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var said = CompletableFuture.supplyAsync(() -> talk(server, talk.repeat(10_000)));
            send(mails(server.getLocalPort(), Duration.ofSeconds(30)));
            int bytes = said.join();
            assertTrue(bytes < MUCH, bytes + " bytes were taken");
        }
    }

    /** How much of it a client takes, up to a limit that is more than what systems keep for a connection. */
    private static int talk(ServerSocket server, String text) {
        int said = 0;
        try (var client = server.accept()) {
            for (; said < MUCH; said += text.length()) {
                client.getOutputStream().write(text.getBytes(US_ASCII));
            }
        } catch (IOException e) {
            if (said == 0) {
                throw new UncheckedIOException(e);
            }
        }
        return said;
    }

    private void sendThree(StuckMailServer server) {
        var mails = mails(server.port(), Duration.ofSeconds(1));
        for (int i = 0; i < 3; i++) {
            send(mails);
        }
        assertEquals(1, server.mails());
    }

    private static void send(Mails mails) {
        mails.send("ada@example.org", "Hello", "Hello", "page", "token");
    }

    private Mails mails(int port, Duration patience) {
        return new Mails(
                vertx,
                Optional.of("localhost"),
                port,
                Optional.empty(),
                Optional.empty(),
                "none",
                Optional.of("todo@example.org"),
                Optional.empty(),
                patience);
    }
}
