package dev.todo.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real PostgreSQL on a local folder, as durable as any: what is committed survives the end, however sudden, of this process
 * and of the database's.
 */
public final class EmbeddedDatabase implements Closeable {

    private static final Duration STARTUP_LIMIT = Duration.ofMinutes(1);

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
     * @throws IOException if another process uses the folder, or the server does not start within a minute
     */
    public static EmbeddedDatabase start(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel lock = lock(folder);
        try {
            stopOrphan(folder.resolve("data"));
            return new EmbeddedDatabase(lock, startServer(folder));
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

    /** A server outlives the process that started it, if that was killed; this one is to be ours. */
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
                .flatMap(line -> ProcessHandle.of(Long.parseLong(line.strip())))
                .filter(process -> process.info().command().orElse("").contains("postgres"));
    }

    private static EmbeddedPostgres startServer(Path folder) throws IOException {
        Path data = folder.resolve("data");
        // Says that the data was never used: what a killed initdb left can be neither started nor completed.
        Path unused = folder.resolve("unused");
        if (Files.exists(unused)) {
            delete(data);
        }
        if (!Files.exists(data)) {
            Files.createFile(unused);
        }
        var log = Redirect.appendTo(folder.resolve("server.log").toFile());
        var postgres = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setLocaleConfig("locale", "C")
                // The library turns both off.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100")
                .setPGStartupWait(STARTUP_LIMIT)
                .setOutputRedirector(log)
                .setErrorRedirector(log)
                .setRegisterShutdownHook(false)
                .start();
        Files.deleteIfExists(unused);
        return postgres;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
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
