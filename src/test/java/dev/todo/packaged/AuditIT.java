package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.testing.Mailbox;
import dev.todo.testing.OneTimePassword;
import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the log category {@code audit} tells an auditor. */
class AuditIT extends PackagedTest {

    private static final String EMAIL = "ada.lovelace@example.org";
    private static final String PASSWORD = "correct horse battery staple";
    private static final String NEW_PASSWORD = "better horse battery staple";

    @Test
    void whatHappensToAnAccountIsLoggedWithoutPersonalDataButTheUsersId() throws Exception {
        try (var service = start(Map.of("LOG_JSON", "true", "QUARKUS_LOG_LEVEL", "ERROR"))) {
            String user = signUp(service);
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
    void factorsResetsAndProofsOfAnAddressAreLoggedWithoutCodeOrToken() throws Exception {
        try (var mailbox = Mailbox.start();
                var service = start(logged(mailbox))) {
            signUp(service);
            String verification = Mailbox.awaitToken(EMAIL, "Is this your address?");
            String token = logIn(service, PASSWORD);
            String secret = service.client(token)
                    .body(Map.of("password", PASSWORD))
                    .post("/auth/totp")
                    .path("secret");
            String right = OneTimePassword.of(secret, 0);
            String wrong = right.equals("123456") ? "654321" : "123456";
            service.client(token).body(Map.of("code", wrong)).post("/auth/totp/confirm");
            List<String> recoveryCodes = service.client(token)
                    .body(Map.of("code", right))
                    .post("/auth/totp/confirm")
                    .path("recovery_codes");
            logIn(service, PASSWORD);
            logIn(service, PASSWORD, wrong);
            String next = OneTimePassword.of(secret, 1);
            logIn(service, PASSWORD, next);
            database()
                    .whileRefusing("insert on sessions", "true", () -> logIn(service, PASSWORD, recoveryCodes.get(0)));
            logIn(service, PASSWORD, recoveryCodes.get(0));
            List<String> newCodes = service.client(token)
                    .body(Map.of("password", PASSWORD, "code", recoveryCodes.get(1)))
                    .post("/auth/totp/recovery-codes")
                    .path("recovery_codes");
            service.client(token)
                    .body(Map.of("password", PASSWORD, "code", newCodes.get(0)))
                    .delete("/auth/totp");
            String other = service.client(token).get("/auth/sessions").path("items.find { !it.current }.id");
            service.client(token).delete("/auth/sessions/" + other);
            service.client().body(Map.of("token", verification)).post("/auth/email/verify");
            service.client().body(Map.of("email", EMAIL)).post("/auth/password/forgotten");
            String reset = Mailbox.awaitToken(EMAIL, "Another password");
            service.client()
                    .body(Map.of("token", reset, "new_password", NEW_PASSWORD))
                    .post("/auth/password/reset");
            service.terminate();
            assertEquals(0, service.awaitExit());

            assertEquals(
                    List.of(
                            "signed_up",
                            "logged_in",
                            "second_factor_failed",
                            "second_factor_passed",
                            "second_factor_added",
                            "second_factor_asked",
                            "second_factor_failed",
                            "second_factor_passed",
                            "logged_in",
                            "recovery_code_used",
                            "logged_in",
                            "recovery_code_used",
                            "recovery_codes_replaced",
                            "recovery_code_used",
                            "second_factor_removed",
                            "session_ended",
                            "email_verified",
                            "password_reset_requested",
                            "all_sessions_ended",
                            "password_reset"),
                    names(events(service)));
            List<String> hidden = new ArrayList<>(List.of("lovelace", "127.0.0.1", PASSWORD, NEW_PASSWORD));
            hidden.addAll(List.of(secret, right, wrong, next, verification, reset));
            hidden.addAll(recoveryCodes);
            hidden.addAll(newCodes);
            for (JsonNode event : events(service)) {
                assertFalse(event.path("mdc").path("user").asText().isEmpty(), event::toString);
                // All that it says: a time, too, may have the digits of a code.
                String said = event.path("message").asText() + event.path("mdc");
                hidden.forEach(text -> assertFalse(said.contains(text), () -> text + " in " + said));
            }
        }
    }

    /** Whoever added it may not have read the mail to the address. */
    @Test
    void ofTwoLogOutsAtOnceOneIsLogged() throws Exception {
        try (var service = start(Map.of("LOG_JSON", "true", "QUARKUS_LOG_LEVEL", "ERROR"))) {
            signUp(service);
            String token = logIn(service, PASSWORD);
            List<CompletableFuture<Integer>> logOuts = new ArrayList<>();
            database().whileLocked("select from sessions for update", () -> {
                for (int i = 0; i < 2; i++) {
                    logOuts.add(CompletableFuture.supplyAsync(
                            () -> service.client(token).post("/auth/logout").statusCode(),
                            work -> new Thread(work).start()));
                }
                database()
                        .await("select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                                + " and query like 'delete from sessions%' having count(*) = 2");
            });
            for (var logOut : logOuts) {
                assertEquals(204, logOut.join());
            }
            service.terminate();
            assertEquals(0, service.awaitExit());

            assertEquals(List.of("signed_up", "logged_in", "logged_out"), names(events(service)));
        }
    }

    @Test
    void whichSessionALogInEndsBecauseThereAreTooManyIsLogged() throws Exception {
        try (var service = start(Map.of("LOG_JSON", "true", "QUARKUS_LOG_LEVEL", "ERROR"))) {
            signUp(service);
            logIn(service, PASSWORD);
            String oldest = database().query("select id from sessions").get(0);
            database()
                    .query("insert into sessions select gen_random_uuid(), user_id, created_at,"
                            + " last_used_at + interval '1 minute' * n, null, address, 0, '{}'"
                            + " from sessions, generate_series(1, 99) n");
            logIn(service, PASSWORD);
            service.terminate();
            assertEquals(0, service.awaitExit());

            var events = events(service);
            assertEquals(List.of("signed_up", "logged_in", "session_ended", "logged_in"), names(events));
            assertEquals(oldest, events.get(2).path("mdc").path("session").asText());
        }
    }

    @Test
    void aResetThatRemovesTheFactorSaysSo() throws Exception {
        try (var mailbox = Mailbox.start();
                var service = start(logged(mailbox))) {
            signUp(service);
            String token = logIn(service, PASSWORD);
            for (int i = 0; i < 2; i++) {
                // What is only begun, nobody has added.
                service.client(token).body(Map.of("password", PASSWORD)).delete("/auth/totp");
                String secret = service.client(token)
                        .body(Map.of("password", PASSWORD))
                        .post("/auth/totp")
                        .path("secret");
                if (i == 1) {
                    service.client(token)
                            .body(Map.of("code", OneTimePassword.of(secret, 0)))
                            .post("/auth/totp/confirm")
                            .then()
                            .statusCode(200);
                }
            }
            service.client().body(Map.of("email", EMAIL)).post("/auth/password/forgotten");
            service.client()
                    .body(Map.of("token", Mailbox.awaitToken(EMAIL, "Another password"), "new_password", NEW_PASSWORD))
                    .post("/auth/password/reset")
                    .then()
                    .statusCode(204);
            // As the reset has done already
            service.client()
                    .body(Map.of("token", Mailbox.awaitToken(EMAIL, "Is this your address?")))
                    .post("/auth/email/verify")
                    .then()
                    .statusCode(204);
            service.terminate();
            assertEquals(0, service.awaitExit());

            assertEquals(
                    List.of(
                            "signed_up",
                            "logged_in",
                            "second_factor_passed",
                            "second_factor_added",
                            "password_reset_requested",
                            "all_sessions_ended",
                            "password_reset",
                            "email_verified",
                            "second_factor_removed"),
                    names(events(service)));
        }
    }

    @Test
    void whatIsThrottledIsLogged() throws Exception {
        try (var mailbox = Mailbox.start();
                var service = start(logged(mailbox))) {
            String user = signUp(service);
            for (int i = 1; i <= 5; i++) {
                service.client().body(Map.of("email", EMAIL)).post("/auth/password/forgotten");
                Mailbox.awaitToken(EMAIL, "Another password", i);
            }
            service.client()
                    .body(Map.of("email", EMAIL))
                    .post("/auth/password/forgotten")
                    .then()
                    .statusCode(202);
            service.awaitOutput("event=throttled user=" + user);
            long tooMany = logInAtOnce(service, 100).stream()
                    .filter(status -> status == 429)
                    .count();
            assertTrue(tooMany > 0, "none waits for too long");
            for (int i = 0; i < 6; i++) {
                logIn(service, "wrong password");
            }
            service.terminate();
            assertEquals(0, service.awaitExit());

            List<String> names = names(events(service));
            assertEquals(1 + tooMany + 1, Collections.frequency(names, "throttled"), names::toString);
            assertEquals(5, Collections.frequency(names, "log_in_failed"), names::toString);
            assertEquals("throttled", names.get(names.size() - 1));
            assertFalse(service.output().contains("lovelace"), service.output());
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

    /** With the right password, which only the queue for hashes refuses. */
    private static List<Integer> logInAtOnce(ServiceProcess service, int times) {
        var request = HttpRequest.newBuilder(service.uri("/auth/login"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"email\":\"" + EMAIL + "\",\"password\":\"" + PASSWORD + "\"}"))
                .build();
        var client = HttpClient.newHttpClient();
        return IntStream.range(0, times)
                .mapToObj(i -> client.sendAsync(request, BodyHandlers.discarding()))
                .toList()
                .stream()
                .map(answer -> answer.join().statusCode())
                .toList();
    }

    private static Map<String, String> logged(Mailbox mailbox) {
        Map<String, String> environment = new HashMap<>(mailbox.environment());
        environment.putAll(Map.of("LOG_JSON", "true", "QUARKUS_LOG_LEVEL", "ERROR"));
        return environment;
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

    private static String signUp(ServiceProcess service) {
        return service.client()
                .body(Map.of("email", EMAIL, "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static String logIn(ServiceProcess service, String password) {
        return logIn(service, password, "");
    }

    private static String logIn(ServiceProcess service, String password, String code) {
        return service.client()
                .body(Map.of("email", EMAIL, "password", password, "code", code))
                .post("/auth/login")
                .path("access_token");
    }
}
