package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

            var events = events(service);
            assertEquals(
                    List.of(
                            "signed_up",
                            "log_in_failed",
                            "logged_in",
                            "logged_in",
                            "session_refreshed",
                            "retired_token_used",
                            "token_refused",
                            "token_refused",
                            "password_check_failed",
                            "other_sessions_ended",
                            "password_changed",
                            "other_sessions_ended",
                            "logged_out",
                            "logged_in",
                            "account_exported",
                            "account_deleted"),
                    names(events));
            for (JsonNode event : events) {
                if (!event.path("mdc").path("event").asText().equals("token_refused")) {
                    assertEquals(user, event.path("mdc").path("user").asText());
                }
                assertFalse(event.path("mdc").path("requestId").asText().isEmpty(), event::toString);
                assertTrue(event.path("message").asText().startsWith("event="), event::toString);
                assertFalse(event.toString().contains("lovelace"), event::toString);
                assertFalse(event.toString().contains("127.0.0.1"), event::toString);
            }
        }
    }

    @Test
    void whatIsRefusedIsLogged() throws Exception {
        try (var service = start(Map.of("LOG_JSON", "true", "QUARKUS_LOG_LEVEL", "ERROR"))) {
            String owner = service.newToken();
            String task = service.client(owner)
                    .body(Map.of("title", "Pay rent"))
                    .post("/api/tasks")
                    .path("id");
            String stranger = service.newToken();
            for (String path : List.of("/api/tasks/" + task, "/api/tasks/" + UUID.randomUUID(), "/auth/sessions/x")) {
                service.client(stranger).delete(path).then().statusCode(404);
            }
            service.client("nonsense").get("/auth/me").then().statusCode(401);
            service.client(owner).post("/auth/logout").then().statusCode(204);
            service.client(owner).get("/auth/me").then().statusCode(401);
            service.client().get("/auth/me").then().statusCode(401);
            service.client()
                    .body(Map.of("token", "nonsense", "new_password", NEW_PASSWORD))
                    .post("/auth/password/reset")
                    .then()
                    .statusCode(400);
            service.client()
                    .body(Map.of("token", "nonsense"))
                    .post("/auth/email/verify")
                    .then()
                    .statusCode(400);
            service.terminate();
            assertEquals(0, service.awaitExit());

            List<String> names = names(events(service));
            assertEquals(
                    List.of(
                            "access_refused",
                            "access_refused",
                            "access_refused",
                            "token_refused",
                            "logged_out",
                            "token_refused",
                            "mailed_token_refused",
                            "mailed_token_refused"),
                    names.subList(names.indexOf("access_refused"), names.size()));
        }
    }

    @Test
    void aTokenThatCannotBeCheckedIsNotRefused() throws Exception {
        try (var service = start(Map.of("LOG_JSON", "true", "QUARKUS_LOG_LEVEL", "ERROR"))) {
            String token = service.newToken();
            server.close();
            service.client(token).get("/auth/me").then().statusCode(503);
            service.client("nonsense").get("/auth/me").then().statusCode(401);
            service.terminate();
            assertEquals(0, service.awaitExit());
            assertEquals(List.of("signed_up", "logged_in", "token_refused"), names(events(service)));
        }
    }

    private static List<JsonNode> events(ServiceProcess service) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : service.output().lines().toList()) {
            var entry = new ObjectMapper().readTree(line);
            if (entry.path("loggerName").asText().equals("audit")) {
                events.add(entry);
            }
        }
        return events;
    }

    private static List<String> names(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.path("mdc").path("event").asText())
                .toList();
    }

    private static String logIn(ServiceProcess service, String password) {
        return service.client()
                .body(Map.of("email", EMAIL, "password", password))
                .post("/auth/login")
                .path("access_token");
    }
}
