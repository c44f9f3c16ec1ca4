package dev.todo.packaged;

import static dev.todo.testing.RawConnection.lines;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ServiceProcess;
import dev.todo.testing.UnreadConnections;
import io.restassured.specification.RequestSpecification;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Metrics that many ask for and nobody reads: memory holds out. */
class MetricsIT extends PackagedTest {

    private static final int CONNECTIONS = 1_900;

    /** As large as whoever has no account can make them. */
    private static final int LARGE = 80_000;

    private static final List<String> PATHS = List.of(
            "/auth/signup",
            "/auth/login",
            "/auth/refresh",
            "/auth/logout",
            "/auth/me",
            "/auth/me/security",
            "/auth/me/export",
            "/auth/password",
            "/auth/password/forgotten",
            "/auth/password/reset",
            "/auth/email/verification",
            "/auth/email/verify",
            "/auth/totp",
            "/auth/totp/confirm",
            "/auth/totp/recovery-codes",
            "/auth/sessions",
            "/auth/sessions/x",
            "/api/tasks",
            "/api/tasks/x",
            "/api/tasks/x/complete");

    @Test
    void metricsThatNobodyReadsFillNoMemory() throws Exception {
        // The native binary has its own limit.
        try (var service = start(Map.of("JAVA_TOOL_OPTIONS", "-Xmx192m"))) {
            makeThemLarge(service);
            String requests = (lines("GET /q/metrics HTTP/1.1", "Host: a", "")
                            + lines("GET /q/metrics HTTP/1.1", "Host: a", "Accept: text/plain", ""))
                    .repeat(6);
            try (var connections = new UnreadConnections(service.port(), CONNECTIONS)) {
                connections.send(i -> requests);
                for (var end = Instant.now().plusSeconds(10); Instant.now().isBefore(end); ) {
                    once(service.client())
                            .get("/q/health/live")
                            .then()
                            .statusCode(200)
                            .body("status", equalTo("UP"));
                }
            }
            service.awaitStatus("/q/metrics", 200);
            service.newToken();
        }
    }

    private static void makeThemLarge(ServiceProcess service) {
        for (String path : PATHS) {
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "X")) {
                for (String type : List.of("application/json", "text/plain")) {
                    once(service.client()).contentType(type).body("{").request(method, path);
                    once(service.client("x")).contentType(type).body("{}").request(method, path);
                    once(service.client()).accept("image/png").request(method, path);
                }
            }
        }
        int size = service.client().get("/q/metrics").asByteArray().length;
        assertTrue(size > LARGE, size + " bytes");
        assertEquals(
                200, service.client().accept("text/plain").get("/q/metrics").statusCode());
    }

    /** Takes no room when it is answered, also where the client leaves the connection open. */
    private static RequestSpecification once(RequestSpecification client) {
        return client.header("Connection", "close");
    }
}
