package dev.todo.packaged;

import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.common.Seal;
import dev.todo.common.Secrets;
import dev.todo.testing.OneTimePassword;
import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Replacing the secret logs nobody out, in the order of docs/operations.md. */
class SecretRotationIT extends PackagedTest {

    private static final String OLD = "the secret that has been there for long";
    private static final String NEW = "the secret that is to take its place now";

    @Test
    void tokensAndCursorsGoOnWhileOneSecretReplacesTheOther() throws Exception {
        String oldToken;
        String oldCursor;
        String newToken;
        try (var service = start(Map.of("JWT_SECRET", OLD, "JWT_SECRET_PREVIOUS", ""))) {
            oldToken = service.newToken();
            for (String title : new String[] {"a", "b", "c"}) {
                service.client(oldToken).body(Map.of("title", title)).post("/api/tasks");
            }
            oldCursor = service.client(oldToken).get("/api/tasks?limit=1").path("next_cursor");
        }
        try (var service = start(Map.of("JWT_SECRET", NEW, "JWT_SECRET_PREVIOUS", OLD))) {
            service.client(oldToken)
                    .get("/api/tasks?limit=1&cursor=" + oldCursor)
                    .then()
                    .statusCode(200)
                    .body("items", hasSize(1));
            newToken = service.client(oldToken).post("/auth/refresh").path("access_token");
            service.client(newToken).get("/api/tasks").then().statusCode(200);
            assertNotEquals(keyId(oldToken), keyId(newToken));
        }
        // The replicas of a roll-out that still sign with the old one
        try (var service = start(Map.of("JWT_SECRET", OLD, "JWT_SECRET_PREVIOUS", NEW))) {
            service.client(newToken).get("/api/tasks").then().statusCode(200);
        }
        try (var service = start(Map.of("JWT_SECRET", NEW))) {
            service.client(oldToken).get("/api/tasks").then().statusCode(401);
            service.client(newToken).get("/api/tasks").then().statusCode(200);
            service.client(newToken)
                    .get("/api/tasks?limit=1&cursor=" + oldCursor)
                    .then()
                    .statusCode(400);
        }
    }

    @Test
    void secondFactorsAreSealedUnderTheNewSecretBeforeTheOldOneGoes() throws Exception {
        Map<String, String> credentials =
                Map.of("email", "ada@example.org", "password", "correct horse battery staple");
        String secret;
        try (var service = start(Map.of("JWT_SECRET", OLD))) {
            service.client().body(credentials).post("/auth/signup").then().statusCode(201);
            String token =
                    service.client().body(credentials).post("/auth/login").path("access_token");
            secret = service.client(token)
                    .body(Map.of("password", credentials.get("password")))
                    .post("/auth/totp")
                    .path("secret");
            service.client(token)
                    .body(Map.of("code", OneTimePassword.of(secret, 0)))
                    .post("/auth/totp/confirm")
                    .then()
                    .statusCode(200);
        }
        String sealed = database()
                .query("select encode(sealed_secret, 'hex') from second_factors")
                .get(0);
        try (var service = start(Map.of("JWT_SECRET", NEW, "JWT_SECRET_PREVIOUS", OLD))) {
            service.client().get("/q/health/ready").then().statusCode(200);
            database().await("select 1 from second_factors where encode(sealed_secret, 'hex') <> '" + sealed + "'");
            // As a replica that still seals with the old secret leaves it: sealed anew when it is used, and used up
            // then.
            database()
                    .query("update second_factors set last_step = 0, sealed_secret = decode('" + sealed + "', 'hex')");
            Map<String, String> sameCode = new HashMap<>(credentials);
            sameCode.put("code", OneTimePassword.of(secret, 0));
            service.client().body(sameCode).post("/auth/login").then().statusCode(200);
            service.client().body(sameCode).post("/auth/login").then().statusCode(401);
            database().await("select 1 from second_factors where encode(sealed_secret, 'hex') <> '" + sealed + "'");
            database().query("update second_factors set last_step = 0");
        }
        Map<String, String> withCode = new HashMap<>(credentials);
        try (var service = start(Map.of("JWT_SECRET", NEW))) {
            withCode.put("code", OneTimePassword.of(secret, 0));
            service.client().body(withCode).post("/auth/login").then().statusCode(200);
        }
        // What the old secret sealed is open to nobody who has the new one alone.
        try (var service = start(Map.of("JWT_SECRET", OLD))) {
            withCode.put("code", OneTimePassword.of(secret, 1));
            service.client().body(withCode).post("/auth/login").then().statusCode(401);
        }
    }

    /** They are more than there is memory for. */
    @Test
    void manySecondFactorsAreSealedAnewAndOneThatCannotBeHoldsUpNoOther() throws Exception {
        start(Map.of("JWT_SECRET", OLD)).close();
        var before = seal(OLD);
        var after = seal(NEW);
        var unknown = seal("a secret that nobody knows any more, or never did");
        fill(300_000, user -> user <= 2 || user > 299_998 ? before : user == 4 ? unknown : after);
        String last = sealed(300_000);
        database().whileRefusing("update on second_factors", "old.user_id = '" + new UUID(0, 1) + "'", () -> {
            try (var service = start(Map.of("JWT_SECRET", NEW, "JWT_SECRET_PREVIOUS", OLD))) {
                database()
                        .await("select 1 from second_factors where user_id = '" + new UUID(0, 300_000)
                                + "' and encode(sealed_secret, 'hex') <> '" + last + "'");
                service.client().get("/q/health/ready").then().statusCode(200);
                service.awaitOutput("user " + new UUID(0, 4) + " is sealed under a secret that is not known");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        for (int i : new int[] {2, 3, 299_999, 300_000}) {
            assertTrue(after.isCurrent(HexFormat.of().parseHex(sealed(i)), new UUID(0, i).toString()));
        }
        assertTrue(before.isCurrent(HexFormat.of().parseHex(sealed(1)), new UUID(0, 1).toString()));
    }

    @Test
    void aServiceThatStopsBeforeAllAreSealedAnewSaysSoOnce() throws Exception {
        start(Map.of("JWT_SECRET", OLD)).close();
        var old = seal(OLD);
        fill(20_000, user -> old);
        String first = sealed(1);
        try (var service = start(Map.of("JWT_SECRET", NEW, "JWT_SECRET_PREVIOUS", OLD))) {
            database()
                    .await("select 1 from second_factors where user_id = '" + new UUID(0, 1)
                            + "' and encode(sealed_secret, 'hex') <> '" + first + "'");
            service.terminate();
            service.awaitExit();
            assertEquals(2, service.output().split("still be sealed|still sealed", -1).length, service.output());
        }
    }

    private static Seal seal(String secret) {
        return new Seal(new Secrets(secret, Optional.empty()).derived("todo second factor"));
    }

    /** Users from 1 on, with second factors that are sealed so. */
    private void fill(int users, IntFunction<Seal> seals) throws SQLException {
        database()
                .query(
                        "insert into users (id, email, hashed_password, created_at)"
                                + " select lpad(to_hex(n), 32, '0')::uuid, n || '@example.org', '', now()"
                                + " from generate_series(1, ?) n",
                        users);
        byte[] secret = new byte[20];
        try (var connection = database().connect();
                var insert = connection.prepareStatement(
                        "insert into second_factors (user_id, sealed_secret, last_step) values (?, ?, 0)")) {
            connection.setAutoCommit(false);
            for (int i = 1; i <= users; i++) {
                var user = new UUID(0, i);
                insert.setObject(1, user);
                insert.setBytes(2, seals.apply(i).close(secret, user.toString()));
                insert.addBatch();
                if (i % 10_000 == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
            connection.commit();
        }
    }

    private String sealed(int user) {
        return database()
                .query("select encode(sealed_secret, 'hex') from second_factors where user_id = ?", new UUID(0, user))
                .get(0);
    }

    @Test
    void aPreviousSecretThatIsTooShortIsRefusedAtStart() throws Exception {
        try (ServiceProcess service = launch(Map.of("JWT_SECRET_PREVIOUS", "short"))) {
            assertEquals(1, service.awaitExit());
            assertTrue(service.output().contains("JWT_SECRET_PREVIOUS is too short"), service.output());
        }
    }

    private static String keyId(String token) throws IOException {
        return new ObjectMapper()
                .readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[0]))
                .get("kid")
                .asText();
    }
}
