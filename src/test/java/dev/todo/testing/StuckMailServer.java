package dev.todo.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A mail server that says nothing more to its first two clients after a few answers, until it is told to go on. A line feed without a
 * carriage return it takes for an attack, as others do (RFC 5321, section 2.3.8).
 */
public final class StuckMailServer implements Closeable {

    private static final int STUCK = 2;

    private final ServerSocket socket;
    private final int answers;
    private final CountDownLatch connected = new CountDownLatch(STUCK);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger mails = new AtomicInteger();
    private final Semaphore gone = new Semaphore(0);
    private final List<String> messageIds = new CopyOnWriteArrayList<>();

    private StuckMailServer(ServerSocket socket, int answers) {
        this.socket = socket;
        this.answers = answers;
    }

    /** Listens on the loopback interface. */
    public static StuckMailServer after(int answers) throws IOException {
        var server = new StuckMailServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), answers);
        inBackground(server::accept);
        return server;
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** What has the service send its mails here. */
    public Map<String, String> environment() {
        return Map.of(
                "SMTP_HOST",
                "localhost",
                "SMTP_PORT",
                Integer.toString(port()),
                "SMTP_TLS",
                "none",
                "MAIL_FROM",
                "todo@example.org");
    }

    /** How many it has accepted. */
    public int mails() {
        return mails.get();
    }

    /** As the mails' heads say. */
    public List<String> messageIds() {
        return messageIds;
    }

    /** Waits until it has accepted so many, for a minute at most. */
    public void awaitMails(int count) {
        Instant end = Instant.now().plusSeconds(60);
        while (mails.get() < count) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("Mails: " + mails);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    /** Waits until its first clients are there. */
    public void awaitClients() throws InterruptedException {
        connected.await();
    }

    /** Waits until one of its clients has gone. */
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return gone.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    public void goOn() {
        released.countDown();
    }

    @Override
    public void close() throws IOException {
        goOn();
        socket.close();
    }

    private void accept() {
        try {
            for (int i = 0; ; i++) {
                Socket client = socket.accept();
                int patience = i < STUCK ? answers : Integer.MAX_VALUE;
                inBackground(() -> serve(client, patience));
                connected.countDown();
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket client, int patience) {
        try (client;
                var reader = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII))) {
            boolean inMail = false;
            boolean isRefused = false;
            String line = "";
            for (int said = 0; line != null && !line.equals("QUIT"); line = readLine(reader)) {
                isRefused |= line.contains("\n");
                if (inMail && line.startsWith("Message-ID: ")) {
                    messageIds.add(line.replaceFirst(".*?: ", ""));
                }
                if (inMail && !line.equals(".")) {
                    continue;
                }
                if (said++ == patience) {
                    released.await();
                }
                if (inMail && !isRefused) {
                    mails.incrementAndGet();
                }
                inMail = line.equals("DATA");
                String answer =
                        isRefused ? "550 bare line feed" : said == 1 ? "220 hello" : inMail ? "354 go on" : "250 fine";
                client.getOutputStream().write((answer + "\r\n").getBytes(US_ASCII));
            }
        } catch (IOException e) {
            // gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            gone.release();
        }
    }

    private static String readLine(Reader reader) throws IOException {
        var line = new StringBuilder();
        for (int next = reader.read(); next >= 0; next = reader.read()) {
            line.append((char) next);
            int end = line.indexOf("\r\n");
            if (end >= 0) {
                return line.substring(0, end);
            }
        }
        return null;
    }

    private static void inBackground(Runnable work) {
        var thread = new Thread(work, "stuck mail server");
        thread.setDaemon(true);
        thread.start();
    }
}
