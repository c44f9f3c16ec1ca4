package dev.todo.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.todo.testing.StuckMailServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MailsTest {

    /** There are no more connections than two: they must not be lost. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 5})
    void aServerThatStopsAnsweringGetsTheMailsThatComeLater(int answers) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var server = StuckMailServer.after(answers)) {
            var mails = new Mails(
                    vertx,
                    Optional.of("localhost"),
                    server.port(),
                    Optional.empty(),
                    Optional.empty(),
                    "none",
                    Optional.of("todo@example.org"),
                    Optional.empty(),
                    Duration.ofSeconds(1));
            for (int i = 0; i < 3; i++) {
                mails.send("ada@example.org", "Hello", "Hello", "page", "token");
            }
            assertEquals(1, server.mails());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
