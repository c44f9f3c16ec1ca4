package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What else the packaged service refuses to start with, when the database is there. */
class ConfigurationIT extends PackagedTest {

    @Test
    void originsThatAreNoneAreRefused() throws Exception {
        for (String origins : List.of(
                "/[/",
                "/.*example.org/",
                "todo.example",
                "https://a.example/",
                "https://a.example,,",
                "*, https://a")) {
            assertRefused(
                    "CORS_ORIGINS must be origins as https://todo.example, separated by commas, or *.",
                    Map.of("CORS_ORIGINS", origins));
        }
    }

    @Test
    void mailThatIsFromNobodyIsRefused() throws Exception {
        assertRefused(
                "SMTP_HOST is set, and MAIL_FROM is no address: who is the mail from?",
                Map.of("SMTP_HOST", "localhost", "MAIL_FROM", "nobody at all"));
    }

    @Test
    void aPortThatIsNoneIsRefused() throws Exception {
        assertRefused(
                "SMTP_PORT must be between 1 and 65535.",
                Map.of("SMTP_HOST", "localhost", "SMTP_PORT", "70000", "MAIL_FROM", "todo@example.org"));
    }

    @Test
    void sessionsThatOutliveEverybodyAreRefused() throws Exception {
        assertRefused(
                "todo.session.idle-timeout must be at least 5 minutes,"
                        + " and todo.session.lifetime at least as long as that and at most 3650 days.",
                Map.of("TODO_SESSION_LIFETIME", "999999999D"));
    }

    private void assertRefused(String reason, Map<String, String> variables) throws Exception {
        try (var service = launch(variables)) {
            assertEquals(1, service.awaitExit(), service.output());
            assertTrue(service.output().lines().anyMatch(reason::equals), service.output());
            assertFalse(service.output().contains("\tat "), service.output());
        }
    }
}
