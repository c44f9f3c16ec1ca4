package dev.todo.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.RestAssured;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection to the service that requests which no client would send can be sent over, in part or slowly. */
public final class RawConnection implements AutoCloseable {

    public static final String JSON_POST =
            lines("POST /auth/login HTTP/1.1", "Host: a", "Content-Type: application/json");

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String begin;
    private final Socket socket;
    private final StringBuilder answer = new StringBuilder();
    private boolean over;

    public RawConnection(String begin) throws IOException {
        this.begin = begin;
        socket = new Socket(URI.create(RestAssured.baseURI).getHost(), RestAssured.port);
        setPatience(Duration.ofMillis(10));
        write(begin);
    }

    public static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    /** Of answers, one after the other. */
    public static List<String> statuses(String answers) {
        List<String> statuses = new ArrayList<>();
        Matcher matcher = STATUS_LINE.matcher(answers);
        while (matcher.find()) {
            statuses.add(matcher.group(1));
        }
        return statuses;
    }

    public record Sent(String answer, boolean closed) {}

    /** Sends this and waits for the service to close the connection, or for some seconds. */
    public static Sent send(String request) throws IOException {
        try (var connection = new RawConnection(request)) {
            return connection.awaitEnd();
        }
    }

    /** Waits long enough for the service to read the first part by itself. */
    public static Sent sendInTwo(String first, String second) throws IOException {
        try (var connection = new RawConnection(first)) {
            connection.read();
            connection.write(second);
            return connection.awaitEnd();
        }
    }

    private Sent awaitEnd() throws IOException {
        setPatience(PATIENCE);
        read();
        return new Sent(answer(), isOver());
    }

    public static void assertRefused(String status, Sent sent) {
        assertEquals(List.of(status), statuses(sent.answer()), sent.answer());
        assertTrue(sent.answer().contains("application/problem+json"), sent.answer());
        assertTrue(sent.answer().contains("\"status\":" + status), sent.answer());
        assertTrue(sent.closed(), "The connection is still open");
    }

    /** What was sent first. */
    public String begin() {
        return begin;
    }

    /** What has been read. */
    public String answer() {
        return answer.toString();
    }

    /** Whether the service has been seen to close the connection. */
    public boolean isOver() {
        return over;
    }

    /** How long to read without getting anything. */
    public void setPatience(Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
    }

    public void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes if the connection is open and has sent something before. */
    public void drip(String text) throws IOException {
        read();
        if (!over && !begin.isEmpty()) {
            write(text);
        }
    }

    public void read() throws IOException {
        byte[] buffer = new byte[8192];
        try {
            while (!over) {
                int count = socket.getInputStream().read(buffer);
                if (count < 0) {
                    over = true;
                } else {
                    answer.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                }
            }
        } catch (SocketTimeoutException e) {
            // nothing more for now
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
