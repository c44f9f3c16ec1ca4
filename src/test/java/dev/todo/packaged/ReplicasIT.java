package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.todo.testing.ServiceProcess;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What one replica is told, all know, and it is known after a restart. */
class ReplicasIT extends PackagedTest {

    private static final Map<String, String> CREDENTIALS =
            Map.of("email", "ada@example.org", "password", "correct horse battery staple");

    @Test
    void aSessionThatEndsOnOneReplicaHasEndedOnTheOther() throws Exception {
        try (var one = start(Map.of());
                var other = start(Map.of())) {
            String token = one.newToken();
            other.client(token).get("/auth/me").then().statusCode(200);
            one.client(token).post("/auth/logout").then().statusCode(204);
            other.client(token).get("/auth/me").then().statusCode(401);
        }
    }

    @Test
    void delaysHoldOnAllReplicasAndAfterARestart() throws Exception {
        try (var one = start(Map.of());
                var other = start(Map.of())) {
            one.client().body(CREDENTIALS).post("/auth/signup").then().statusCode(201);
            for (int i = 0; i < 9; i++) {
                database().query("update throttles set blocked_until = null");
                one.client()
                        .body(Map.of("email", "ada@example.org", "password", "wrong password"))
                        .post("/auth/login")
                        .then()
                        .statusCode(401);
            }
            assertEquals(429, logIn(other));
        }
        try (var restarted = start(Map.of())) {
            assertEquals(429, logIn(restarted));
        }
    }

    private static int logIn(ServiceProcess service) {
        return service.client().body(CREDENTIALS).post("/auth/login").statusCode();
    }
}
