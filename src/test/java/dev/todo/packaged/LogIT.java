package dev.todo.packaged;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.testing.ServiceProcess;
import io.restassured.response.Response;
import java.net.InetAddress;
import java.net.Socket;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the service writes to its log, and what it never does. */
class LogIT extends PackagedTest {

    private static final String EMAIL = "ada.lovelace@example.org";
    private static final String PASSWORD = "correct horse battery staple";
    private static final String WRONG_PASSWORD = "incorrect horse";
    private static final String SECRET = "the secret that signs the tokens of this test";
    private static final String DATABASE_PASSWORD = "of-the-database";
    private static final String SMTP_PASSWORD = "of-the-mail-server";
    private static final String RESET_TOKEN = "made-up-for-a-reset";
    private static final String NEW_PASSWORD = "better horse battery staple";

    @ParameterizedTest
    @CsvSource({"true, INFO", "true, DEBUG", "true, ALL", "false, DEBUG", "false, ALL"})
    void noPasswordTokenSecretOrAddressIsLogged(boolean json, String level) throws Exception {
        var environment = Map.of(
                "SMTP_HOST",
                "localhost",
                "SMTP_PORT",
                "1",
                "SMTP_PASSWORD",
                SMTP_PASSWORD,
                "MAIL_FROM",
                "todo@example.org",
                "LOG_JSON",
                Boolean.toString(json),
                "ACCESS_LOG",
                "true",
                "QUARKUS_LOG_LEVEL",
                level,
                "JWT_SECRET",
                SECRET,
                "DATABASE_URL",
                server.url().replace("postgres@", "postgres:" + DATABASE_PASSWORD + "@"));
        try (var service = start(environment)) {
            List<String> secrets = new ArrayList<>(List.of(
                    EMAIL, "lovelace", PASSWORD, WRONG_PASSWORD, SECRET, DATABASE_PASSWORD, SMTP_PASSWORD, "$bcrypt"));
            secrets.addAll(useEverything(service));
            server.close();
            service.client().body(credentials(PASSWORD)).post("/auth/login");
            service.terminate();
            assertEquals(0, service.awaitExit());
            for (String line : service.output().lines().toList()) {
                for (String secret : secrets) {
                    assertFalse(line.contains(secret), () -> secret + " in " + line);
                }
            }
        }
    }

    /** Also with what is wrong in requests; what it returns is secret too. */
    private static List<String> useEverything(ServiceProcess service) {
        service.client().body(credentials(PASSWORD)).post("/auth/signup");
        service.client().body(credentials(PASSWORD)).post("/auth/signup");
        service.client().body(credentials(WRONG_PASSWORD)).post("/auth/login");
        service.client().body(Map.of("email", EMAIL, "password", "lovelace\0")).post("/auth/login");
        service.client().body("{\"password\": \"" + PASSWORD).post("/auth/login");
        service.client()
                .body(Map.of("email", EMAIL, "passwort", PASSWORD))
                .queryParam("password", PASSWORD)
                .post("/auth/signup");
        String token =
                service.client().body(credentials(PASSWORD)).post("/auth/login").path("access_token");
        String payload = token.split("\\.", -1)[1];
        String signature = token.split("\\.", -1)[2];
        service.client(token).get("/auth/me");
        service.client(token).body(Map.of("title", "For " + EMAIL)).post("/api/tasks");
        service.client(token).body(Map.of("title", 1, "description", PASSWORD)).post("/api/tasks");
        service.client(token).queryParam("q", EMAIL).get("/api/tasks");
        service.client(token + "x").get("/api/tasks");
        service.client(token.toUpperCase(java.util.Locale.ROOT)).get("/api/tasks");
        service.client().header("Authorization", "Basic " + token).get("/api/tasks");
        service.client().header("X-Request-Id", EMAIL).get("/api/tasks");
        service.client().header("Cookie", "token=" + token).get("/api/tasks");
        service.client()
                .body(Map.of("email", EMAIL))
                .post("/auth/password/forgotten")
                .then()
                .statusCode(202);
        service.client(token).post("/auth/email/verification").then().statusCode(202);
        service.client()
                .body(Map.of("token", RESET_TOKEN, "new_password", NEW_PASSWORD))
                .post("/auth/password/reset");
        service.client(token)
                .body(Map.of("current_password", PASSWORD, "new_password", NEW_PASSWORD))
                .put("/auth/password")
                .then()
                .statusCode(204);
        String secret = service.client(token)
                .body(Map.of("password", NEW_PASSWORD))
                .post("/auth/totp")
                .path("secret");
        service.client(token).get("/auth/me/export").then().statusCode(200);
        service.client(token).get("/auth/sessions");
        return List.of(payload, signature, secret, NEW_PASSWORD, RESET_TOKEN);
    }

    @Test
    void oneJsonObjectALineWithTheIdOfTheRequest() throws Exception {
        try (var service = start(Map.of("LOG_JSON", "true", "ACCESS_LOG", "true"))) {
            String token = service.newToken();
            Response answer = service.client(token)
                    .header("X-Request-Id", "made-by-the-ingress")
                    .get("/api/tasks?q=dentist");
            assertEquals("made-by-the-ingress", answer.header("X-Request-Id"));
            server.close();
            service.client(token).header("X-Request-Id", "during-an-outage").get("/api/tasks");
            service.client()
                    .header("X-Request-Id", "log-in-during-an-outage")
                    .body(credentials(PASSWORD))
                    .post("/auth/login")
                    .then()
                    .statusCode(503);
            service.terminate();
            assertEquals(0, service.awaitExit());

            List<JsonNode> lines = new ArrayList<>();
            for (String line : service.output().lines().toList()) {
                lines.add(new ObjectMapper().readTree(line));
            }
            // A text without an offset would be refused.
            lines.forEach(line -> OffsetDateTime.parse(line.path("timestamp").asText()));
            assertTrue(messages(lines, "made-by-the-ingress").get(0).matches("GET /api/tasks 200 \\d+ B \\d+ ms"));
            for (String id : List.of("during-an-outage", "log-in-during-an-outage")) {
                assertTrue(messages(lines, id).stream().anyMatch(message -> message.contains("not available")), id);
            }
            assertFalse(service.output().contains("dentist"), "searches are personal");
        }
    }

    @Test
    void peopleReadLinesOfText() throws Exception {
        try (var service = start(Map.of("ACCESS_LOG", "true"))) {
            service.client().header("X-Request-Id", "by-hand").get("/api/tasks");
            service.awaitOutput("by-hand GET /api/tasks 401");
            assertTrue(service.output()
                    .lines()
                    .allMatch(line -> line.matches(
                            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) .*")));
        }
    }

    /** The access log looks at an address before the service's own check does. */
    @Test
    void aMalformedAddressFillsNoLog() throws Exception {
        try (var service = start(Map.of("ACCESS_LOG", "true"))) {
            for (String address : List.of("/%", "/%zz", "/\u001b[31m")) {
                try (var socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
                    socket.getOutputStream()
                            .write(("GET " + address + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(US_ASCII));
                    String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
                    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
                }
            }
            assertFalse(service.output().contains("Exception"), service.output());
            assertFalse(service.output().contains("\u001b"), service.output());
        }
    }

    private static List<String> messages(List<JsonNode> lines, String requestId) {
        return lines.stream()
                .filter(line -> line.path("mdc").path("requestId").asText().equals(requestId))
                .map(line -> line.path("message").asText())
                .toList();
    }

    private static Map<String, String> credentials(String password) {
        return Map.of("email", EMAIL, "password", password);
    }
}
