package dev.todo.packaged;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.todo.testing.ServiceProcess;
import dev.todo.testing.StuckMailServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A mail server that takes its time. */
class MailIT extends PackagedTest {

    /** How many mails may wait, how many one address may ask for, and how many addresses that takes. */
    private static final int WAITING = 1_000;

    private static final int FOR_ONE = 20;
    private static final int FLOODING = WAITING / FOR_ONE;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void whoFillsTheQueueForTheMailServerDropsNobodyElsesMail() throws Exception {
        try (var mailServer = StuckMailServer.after(0);
                var service = start(variables(mailServer))) {
            for (int i = 0; i < 2; i++) {
                service.newToken();
            }
            mailServer.awaitClients();
            assertEquals(201, signUp(service, "ada@example.org", "192.0.2.1"));
            List<Integer> statuses = IntStream.range(0, FLOODING)
                    .parallel()
                    .mapToObj(i -> floodFrom(service, "198.51.100." + i))
                    .flatMap(List::stream)
                    .toList();
            assertEquals(WAITING, statuses.size());
            assertEquals(202, forgotten(service, "ada@example.org", "192.0.2.2"));

            // Gives way itself as soon as it has as much as the others, and is told so.
            List<Integer> last = floodFrom(service, "198.51.100.250");
            assertEquals(202, last.get(0));
            assertEquals(1, Collections.frequency(last, 503), last::toString);
            service.awaitOutput("too many are waiting for the mail server");

            mailServer.goOn();
            mailServer.awaitMails(4);
        }
    }

    private static Map<String, String> variables(StuckMailServer mailServer) {
        Map<String, String> variables = new HashMap<>(mailServer.environment());
        variables.put("TRUSTED_PROXIES", "127.0.0.1");
        return variables;
    }

    private List<Integer> floodFrom(ServiceProcess service, String address) {
        return Stream.generate(() -> forgotten(service, "nobody@example.org", address))
                .limit(FOR_ONE)
                .toList();
    }

    private int forgotten(ServiceProcess service, String email, String address) {
        return post(service, "/auth/password/forgotten", "{\"email\":\"" + email + "\"}", address);
    }

    private int signUp(ServiceProcess service, String email, String address) {
        String body = "{\"email\":\"" + email + "\",\"password\":\"correct horse battery staple\"}";
        return post(service, "/auth/signup", body, address);
    }

    private int post(ServiceProcess service, String path, String body, String address) {
        try {
            return client.send(
                            HttpRequest.newBuilder(service.uri(path))
                                    .header("Content-Type", "application/json")
                                    .header("X-Forwarded-For", address)
                                    .POST(BodyPublishers.ofString(body))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
