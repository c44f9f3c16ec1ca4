package dev.todo.packaged;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ServiceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** More clients at once than there is room for. */
class ConnectionLimitIT extends PackagedTest {

    private static final int LIMIT = 2_000;
    private static final int OVER = 50;

    /** Of the clients that have waited for the service to be ready, and keep theirs. */
    private static final int OTHERS = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void connectionsOverTheLimitAreClosedUntilThereIsRoomAgain() throws Exception {
        List<Socket> served = new ArrayList<>();
        try (var service = start(Map.of())) {
            for (int i = 0; i < LIMIT + OVER; i++) {
                Socket socket = connect(service);
                if (isServed(socket)) {
                    served.add(socket);
                } else {
                    socket.close();
                }
            }
            assertTrue(served.size() <= LIMIT && served.size() >= LIMIT - OTHERS, served.size() + " are served");
            for (Socket socket : served) {
                assertTrue(isServed(socket), "Those within the limit are");
            }
            for (Socket socket : served.subList(0, OVER)) {
                socket.close();
            }
            assertEquals(OVER, countServed(service, served, OVER));
        } finally {
            for (Socket socket : served) {
                socket.close();
            }
        }
    }

    @Test
    void connectionsThatTheServiceHasEndedAndClientsHaveNotTakeNoRoom() throws Exception {
        List<Socket> answered = new ArrayList<>();
        try (var service = start(Map.of("TODO_MAX_CONNECTIONS", "30"))) {
            for (int i = 0; i < 500; i++) {
                Socket socket = connect(service);
                answered.add(socket);
                socket.getOutputStream()
                        .write("GET /q/health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                                .getBytes(US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
                assertTrue(answer.startsWith("HTTP/1.1 200 "), "%s after %d".formatted(answer, i));
            }
        } finally {
            for (Socket socket : answered) {
                socket.close();
            }
        }
    }

    /** How many more are served, up to a number; the service may not have noticed yet who has gone. */
    private static int countServed(ServiceProcess service, List<Socket> served, int wanted) throws IOException {
        var end = Instant.now().plus(PATIENCE);
        int count = 0;
        while (count < wanted && Instant.now().isBefore(end)) {
            Socket socket = connect(service);
            served.add(socket);
            if (isServed(socket)) {
                count++;
            } else {
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        }
        return count;
    }

    private static Socket connect(ServiceProcess service) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Sends a request that leaves the connection open. */
    private static boolean isServed(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
            var answer = new StringBuilder();
            byte[] part = new byte[4096];
            while (answer.indexOf("\r\n\r\n") < 0) {
                int length = socket.getInputStream().read(part);
                if (length < 0) {
                    return false;
                }
                answer.append(new String(part, 0, length, US_ASCII));
            }
            return answer.toString().startsWith("HTTP/1.1 ");
        } catch (SocketException e) {
            return false;
        }
    }
}
