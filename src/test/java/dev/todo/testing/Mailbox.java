package dev.todo.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A mail server that keeps what it is given in a folder, for the tests, which another class loader runs. */
public final class Mailbox implements Closeable {

    private static final String USERNAME = "todo";
    private static final String PASSWORD = "password of the mail server";

    private static final String FOLDER = "test.mailbox";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Pattern TOKEN = Pattern.compile("The code is: ([\\w-]{43})");

    private final ServerSocket socket;

    private Mailbox(ServerSocket socket) {
        this.socket = socket;
    }

    public static Mailbox start() throws IOException {
        System.setProperty(FOLDER, Files.createTempDirectory("todo-mails").toString());
        var mailbox = new Mailbox(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        var thread = new Thread(mailbox::accept, "mailbox");
        thread.setDaemon(true);
        thread.start();
        return mailbox;
    }

    /** The variables that have a service send its mail here. */
    public Map<String, String> environment() {
        return Map.of(
                "SMTP_HOST",
                "localhost",
                "SMTP_PORT",
                Integer.toString(socket.getLocalPort()),
                "SMTP_USERNAME",
                USERNAME,
                "SMTP_PASSWORD",
                PASSWORD,
                "SMTP_TLS",
                "none",
                "MAIL_FROM",
                "todo@example.org");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                var thread = new Thread(() -> receive(connection), "mail");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                // closed
            }
        }
    }

    /** As much of RFC 5321 as a client needs. */
    private static void receive(Socket connection) {
        try (connection;
                var reader = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
            say(connection, "220 mailbox ESMTP");
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("DATA")) {
                    say(connection, "354 go on");
                    List<String> mail = new ArrayList<>();
                    for (String text = reader.readLine(); !text.equals("."); text = reader.readLine()) {
                        mail.add(text);
                    }
                    Path part = Files.createTempFile(folder(), "mail", ".part");
                    Files.write(part, mail);
                    Files.move(part, Path.of(part.toString().replace(".part", ".eml")));
                    say(connection, "250 kept");
                } else if (line.startsWith("EHLO")) {
                    say(connection, "250-mailbox");
                    say(connection, "250 AUTH PLAIN");
                } else if (line.startsWith("AUTH")) {
                    boolean isRight = new String(
                                    Base64.getDecoder().decode(line.substring("AUTH PLAIN ".length())), UTF_8)
                            .equals("\0" + USERNAME + "\0" + PASSWORD);
                    say(connection, isRight ? "235 welcome" : "535 no");
                } else if (line.startsWith("QUIT")) {
                    say(connection, "221 bye");
                } else {
                    say(connection, "250 fine");
                }
            }
        } catch (IOException e) {
            // gone
        }
    }

    private static void say(Socket connection, String line) throws IOException {
        connection.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
        connection.getOutputStream().flush();
    }

    private static Path folder() {
        return Path.of(System.getProperty(FOLDER));
    }

    /** All mails to an address, unfolded. */
    public static List<String> mailsTo(String address) {
        try (Stream<Path> mails = Files.list(folder())) {
            List<String> found = new ArrayList<>();
            for (Path mail : mails.filter(file -> file.toString().endsWith(".eml"))
                    .sorted((one, other) -> Long.compare(
                            one.toFile().lastModified(), other.toFile().lastModified()))
                    .toList()) {
                String text = Files.readString(mail).replace("=\n", "");
                if (text.contains(address)) {
                    found.add(text);
                }
            }
            return found;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a mail with a subject to an address, and gives the token that is in it. */
    public static String awaitToken(String address, String subject) {
        return awaitToken(address, subject, 1);
    }

    /** As {@link #awaitToken(String, String)}, for the so-manieth such mail. */
    public static String awaitToken(String address, String subject, int count) {
        var end = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(end)) {
            List<String> tokens = mailsTo(address).stream()
                    .filter(mail -> mail.contains("Subject: " + subject))
                    .flatMap(mail -> TOKEN.matcher(mail).results())
                    .map(token -> token.group(1))
                    .toList();
            if (tokens.size() >= count) {
                return tokens.get(count - 1);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new AssertionError("No mail: " + subject);
    }
}
