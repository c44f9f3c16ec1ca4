package dev.todo.packaged;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.common.HmacSha256;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the packaged service makes of its variables, or refuses to start with, when the database is there. */
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

    /** To Quarkus the dollar signs mean something else. */
    @Test
    void whatIsHandedOutIsTakenAsItIs() throws Exception {
        String secret = "a ${secret} of \\$ and $$, and ${not::found}";
        database().query("alter user postgres password 'pa$$w${x}'");
        Files.writeString(folder.resolve("database/data/pg_hba.conf"), "host all all all scram-sha-256\n");
        database().query("select pg_reload_conf()");
        String address = "postgresql://postgres:pa$$w%24%7Bx%7D@localhost:" + server.port() + "/postgres";
        String token;
        try (var service = start(Map.of("DATABASE_URL", address, "JWT_SECRET", secret))) {
            token = service.newToken();
            int signature = token.lastIndexOf('.');
            assertEquals(
                    token.substring(signature + 1),
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(HmacSha256.of(
                                    secret.getBytes(UTF_8),
                                    token.substring(0, signature).getBytes(UTF_8))));
        }
        try (var service = start(Map.of("DATABASE_URL", address, "JWT_SECRET_PREVIOUS", secret))) {
            service.client(token).get("/auth/me").then().statusCode(200);
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

    @Test
    void sessionsEndWhenTheVariablesSay() throws Exception {
        try (var service = start(Map.of("TODO_SESSION_IDLE_TIMEOUT", "PT1H", "TODO_SESSION_LIFETIME", "2H"))) {
            Map<String, String> credentials =
                    Map.of("email", "ada@example.org", "password", "correct horse battery staple");
            service.client().body(credentials).post("/auth/signup").then().statusCode(201);
            Response loggedIn = service.client().body(credentials).post("/auth/login");
            String token = loggedIn.path("access_token");
            assertEquals(7_200, loggedIn.<Integer>path("expires_in"), 1);
            var claims = JsonPath.from(new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), UTF_8));
            assertEquals(7_200, claims.getInt("exp") - claims.getInt("iat"), 1);

            database().query("update sessions set last_used_at = now() - interval '59 minutes'");
            service.client(token).get("/auth/me").then().statusCode(200);
            database().await("select 1 from sessions where last_used_at > now() - interval '59 minutes'");
            database().query("update sessions set last_used_at = now() - interval '1 hour'");
            service.client(token).get("/auth/me").then().statusCode(401);

            database().query("update sessions set last_used_at = now(), created_at = now() - interval '119 minutes'");
            String refreshed = service.client(token)
                    .post("/auth/refresh")
                    .then()
                    .statusCode(200)
                    .body("expires_in", lessThanOrEqualTo(60))
                    .extract()
                    .path("access_token");
            database().query("update sessions set created_at = now() - interval '2 hours'");
            service.client(refreshed).get("/auth/me").then().statusCode(401);
        }
    }

    @Test
    void withoutAMailServerWhatNeedsOneSaysSo() throws Exception {
        try (var service = start(Map.of())) {
            service.client(service.newToken())
                    .post("/auth/email/verification")
                    .then()
                    .statusCode(501)
                    .contentType("application/problem+json")
                    .body("detail", equalTo("This service is not set up to send mail."));
            service.client()
                    .body(Map.of("email", "ada@example.org"))
                    .post("/auth/password/forgotten")
                    .then()
                    .statusCode(501)
                    .contentType("application/problem+json")
                    .body("detail", equalTo("This service is not set up to send mail."));
            assertEquals(List.of(), database().query("select 1 from mail_tokens"));
        }
    }

    private void assertRefused(String reason, Map<String, String> variables) throws Exception {
        try (var service = launch(variables)) {
            assertEquals(1, service.awaitExit(), service.output());
            assertTrue(service.output().lines().anyMatch(reason::equals), service.output());
            assertFalse(service.output().contains("\tat "), service.output());
        }
    }
}
