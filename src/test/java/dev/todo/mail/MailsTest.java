package dev.todo.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.problem.ProblemException;
import dev.todo.testing.StuckMailServer;
import io.quarkus.runtime.LaunchMode;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MailsTest {

    /** It would say "fine" to everything, a password too. */
    @ParameterizedTest
    @ValueSource(strings = {"starttls", "implicit"})
    void aServerWithoutTlsGetsNothing(String tls) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var server = StuckMailServer.after(Integer.MAX_VALUE)) {
            mails(vertx, server, tls).send("ada@example.org", "Hello", "Hello", "page", "token");
            assertEquals(0, server.mails());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void withoutAServerMailIsLoggedInDevelopmentAndThereIsNoneOtherwise() {
        var mode = LaunchMode.current();
        List<String> logged = new CopyOnWriteArrayList<>();
        var log = Logger.getLogger(Mails.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(String.format(entry.getMessage(), entry.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try {
            var mails = mails(null, Optional.empty(), 587, "starttls");
            LaunchMode.set(LaunchMode.NORMAL);
            assertFalse(mails.areOn());
            assertThrows(ProblemException.class, mails::require);
            LaunchMode.set(LaunchMode.DEVELOPMENT);
            assertTrue(mails.areOn());
            mails.require();
            mails.send("ada@example.org", "Hello", "How are you?", "page", "token");
            assertEquals(List.of("A mail to ada@example.org: Hello\nHow are you?\n\nThe code is: token\n"), logged);
        } finally {
            LaunchMode.set(mode);
            log.removeHandler(handler);
        }
    }

    /** There are no more connections than two: they must not be lost. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 5})
    void aServerThatStopsAnsweringGetsTheMailsThatComeLater(int answers) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var server = StuckMailServer.after(answers)) {
            var mails = mails(vertx, server, "none");
            for (int i = 0; i < 3; i++) {
                mails.send("ada@example.org", "Hello", "Hello", "page", "token");
            }
            assertEquals(1, server.mails());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** The client folds a long one with a bare line feed, which servers refuse. */
    @Test
    void aLongAddressGetsItsMail() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var server = StuckMailServer.after(Integer.MAX_VALUE)) {
            var mails = mails(vertx, server, "none");
            mails.send("a".repeat(64) + "@" + "b".repeat(63) + ".example.org", "Hello", "Hello", "page", "token");
            assertEquals(1, server.mails());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void theIdOfAMailDoesNotTellHowManyThereWere() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var server = StuckMailServer.after(Integer.MAX_VALUE)) {
            var mails = mails(vertx, server, "none");
            mails.send("ada@example.org", "Hello", "Hello", "page", "token");
            mails.send("ada@example.org", "Hello", "Hello", "page", "token");
            var ids = server.messageIds();
            assertEquals(2, ids.size());
            assertEquals(2, new HashSet<>(ids).size());
            for (String id : ids) {
                assertTrue(id.matches("<[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@example\\.org>"), id);
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** It would be seen in the metrics of the process. */
    @Test
    void aMailLeavesNoConnectionBehind() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var server = StuckMailServer.after(Integer.MAX_VALUE)) {
            mails(vertx, Optional.of("localhost"), server.port(), Optional.empty(), "none", Duration.ofMinutes(1))
                    .send("ada@example.org", "Hello", "Hello", "page", "token");
            assertEquals(1, server.mails());
            assertTrue(server.awaitEnd(Duration.ofSeconds(10)));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void aServerThatAsksForNoPasswordGetsNothingWhereThereIsOne() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var server = StuckMailServer.after(Integer.MAX_VALUE)) {
            mails(vertx, Optional.of("localhost"), server.port(), Optional.of("todo"), "none")
                    .send("ada@example.org", "Hello", "Hello", "page", "token");
            assertEquals(0, server.mails());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static Mails mails(Vertx vertx, StuckMailServer server, String tls) {
        return mails(vertx, Optional.of("localhost"), server.port(), tls);
    }

    private static Mails mails(Vertx vertx, Optional<String> host, int port, String tls) {
        return mails(vertx, host, port, Optional.empty(), tls);
    }

    private static Mails mails(Vertx vertx, Optional<String> host, int port, Optional<String> login, String tls) {
        return mails(vertx, host, port, login, tls, Duration.ofSeconds(1));
    }

    private static Mails mails(
            Vertx vertx, Optional<String> host, int port, Optional<String> login, String tls, Duration patience) {
        return new Mails(
                vertx, host, port, login, login, tls, Optional.of("todo@example.org"), Optional.empty(), patience);
    }
}
