package dev.todo.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * A real PostgreSQL on a local folder, as durable as any: what is committed survives the end, however sudden, of this process
 * and of the database's.
 */
public final class EmbeddedDatabase implements Closeable {

    private static final Logger LOG = Logger.getLogger(EmbeddedDatabase.class);

    private static final int ANY_FREE_PORT = 0;

    private static final List<Duration> START_LIMITS =
            List.of(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofMinutes(1));

    private final FileChannel lock;
    private final EmbeddedPostgres postgres;

    private EmbeddedDatabase(FileChannel lock, EmbeddedPostgres postgres) {
        this.lock = lock;
        this.postgres = postgres;
    }

    /**
     * Starts the database on the folder, which is made if need be: the data in {@code data}, the server's log in
     * {@code server.log}.
     *
     * @throws IOException if another process uses the folder, or the server does not start
     */
    public static EmbeddedDatabase start(Path folder) throws IOException {
        return start(folder, ANY_FREE_PORT);
    }

    /** As {@link #start(Path)}, on a certain port of the loopback address. */
    public static EmbeddedDatabase start(Path folder, int port) throws IOException {
        Files.createDirectories(folder);
        FileChannel lock = lock(folder);
        try {
            Path data = folder.resolve("data");
            if (!Files.exists(data)) {
                initialise(folder, data);
            }
            return new EmbeddedDatabase(lock, takeUp(data, port));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** The operating system drops the lock with the process, so a folder that was left by a killed one is free. */
    private static FileChannel lock(Path folder) throws IOException {
        var channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held by this very process
        }
        channel.close();
        throw new IOException("The embedded PostgreSQL in " + folder + " is in use by another process.");
    }

    /** Makes the data folder elsewhere and moves it when it is complete, so that one that is there is whole. */
    private static void initialise(Path folder, Path data) throws IOException {
        try (var leftovers = Files.newDirectoryStream(folder, "new-*")) {
            for (Path leftover : leftovers) {
                stopOrphan(leftover);
                deleteLeftover(leftover);
            }
        }
        Path made = folder.resolve("new-" + UUID.randomUUID());
        startServer(made, ANY_FREE_PORT, START_LIMITS.get(START_LIMITS.size() - 1))
                .close();
        Files.move(made, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Starts a server on data that a killed one may have left. It refuses to start for as long as any process of that one is
     * about, which says nothing here: so it is tried again, and the last time with patience for a long recovery.
     */
    private static EmbeddedPostgres takeUp(Path data, int port) throws IOException {
        IOException failure = null;
        for (Duration limit : START_LIMITS) {
            stopOrphan(data);
            // The library does not let go of its own lock when it fails.
            Files.deleteIfExists(data.resolve("epg-lock"));
            try {
                return startServer(data, port, limit);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw new IOException(
                "The embedded PostgreSQL does not start: see " + data.resolveSibling("server.log"), failure);
    }

    /** A server outlives the process that started it, if that was killed. */
    private static void stopOrphan(Path data) throws IOException {
        var server = server(data);
        if (server.isEmpty()) {
            return;
        }
        server.get().destroy();
        try {
            server.get().onExit().get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            server.get().destroyForcibly();
            server.get().onExit().join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
    }

    /** The server that the data folder's lock file names, if it runs: the id may be another program's by now. */
    private static Optional<ProcessHandle> server(Path data) throws IOException {
        Path lockFile = data.resolve("postmaster.pid");
        if (!Files.exists(lockFile)) {
            return Optional.empty();
        }
        return Files.readAllLines(lockFile).stream()
                .findFirst()
                // negative while the data is being initialised
                .flatMap(line -> ProcessHandle.of(Math.abs(Long.parseLong(line.strip()))))
                .filter(process -> process.info().command().orElse("").contains("postgres"));
    }

    private static EmbeddedPostgres startServer(Path data, int port, Duration limit) throws IOException {
        var log = Redirect.appendTo(data.resolveSibling("server.log").toFile());
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setLocaleConfig("locale", "C")
                // The library turns both off.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100")
                // The rows and parameters of a refused statement are nothing for a log.
                .setServerConfig("log_error_verbosity", "terse")
                .setServerConfig("log_min_error_statement", "panic")
                .setPGStartupWait(limit)
                .setOutputRedirector(log)
                .setErrorRedirector(log)
                .setRegisterShutdownHook(false)
                .start();
    }

    /** What is still being written to by a process that was left stays for the next time. */
    private static void deleteLeftover(Path folder) {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debugf(e, "%s is not deleted yet", folder);
        }
    }

    public int port() {
        return postgres.getPort();
    }

    /** The address as {@code DATABASE_URL} has it. */
    public String url() {
        return "postgresql://postgres@localhost:" + postgres.getPort() + "/postgres";
    }

    /** Stops the server; open transactions are rolled back. */
    @Override
    public void close() throws IOException {
        postgres.close();
        lock.close();
    }
}
