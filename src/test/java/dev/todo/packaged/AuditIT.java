package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.testing.ServiceProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the log category {@code audit} tells an auditor. */
class AuditIT extends PackagedTest {

    private static final String EMAIL = "ada.lovelace@example.org";
    private static final String PASSWORD = "correct horse battery staple";
    private static final String NEW_PASSWORD = "better horse battery staple";

    @Test
    void whatHappensToAnAccountIsLoggedWithoutPersonalDataButTheUsersId() throws Exception {
        try (var service = start(Map.of("LOG_JSON", "true", "QUARKUS_LOG_LEVEL", "ERROR"))) {
            String user = service.client()
                    .body(Map.of("email", EMAIL, "password", PASSWORD))
                    .post("/auth/signup")
                    .path("id");
            logIn(service, "wrong password");
            String token = logIn(service, PASSWORD);
            String other = logIn(service, PASSWORD);
            String refreshed = service.client(token).post("/auth/refresh").path("access_token");
            database()
                    .query("update sessions set retired_at = array[now() - interval '1 hour']"
                            + " where generation = 1");
            service.client(token).get("/auth/me");
            service.client(refreshed).get("/auth/me");
            service.client(other)
                    .body(Map.of("current_password", "wrong password", "new_password", NEW_PASSWORD))
                    .put("/auth/password");
            service.client(other)
                    .body(Map.of("current_password", PASSWORD, "new_password", NEW_PASSWORD))
                    .put("/auth/password");
            service.client(other).delete("/auth/sessions");
            service.client(other).post("/auth/logout");
            String last = logIn(service, NEW_PASSWORD);
            service.client(last).get("/auth/me/export");
            service.client(last).body(Map.of("password", NEW_PASSWORD)).delete("/auth/me");
            service.terminate();
            assertEquals(0, service.awaitExit());

            List<JsonNode> events = new ArrayList<>();
            for (String line : service.output().lines().toList()) {
                var entry = new ObjectMapper().readTree(line);
                if (entry.path("loggerName").asText().equals("audit")) {
                    events.add(entry);
                }
            }
            assertEquals(
                    List.of(
                            "signed_up",
                            "log_in_failed",
                            "logged_in",
                            "logged_in",
                            "session_refreshed",
                            "retired_token_used",
                            "password_check_failed",
                            "other_sessions_ended",
                            "password_changed",
                            "other_sessions_ended",
                            "logged_out",
                            "logged_in",
                            "account_exported",
                            "account_deleted"),
                    events.stream()
                            .map(event -> event.path("mdc").path("event").asText())
                            .toList());
            for (JsonNode event : events) {
                assertEquals(user, event.path("mdc").path("user").asText());
                assertFalse(event.path("mdc").path("requestId").asText().isEmpty(), event::toString);
                assertTrue(event.path("message").asText().startsWith("event="), event::toString);
                assertFalse(event.toString().contains("lovelace"), event::toString);
                assertFalse(event.toString().contains("127.0.0.1"), event::toString);
            }
        }
    }

    private static String logIn(ServiceProcess service, String password) {
        return service.client()
                .body(Map.of("email", EMAIL, "password", password))
                .post("/auth/login")
                .path("access_token");
    }
}
