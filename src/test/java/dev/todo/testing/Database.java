package dev.todo.testing;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.postgresql.PGConnection;

/** A look into the database of a service, past the service. */
public record Database(Supplier<String> url) {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** The database of the service under test, also of the one that Quarkus starts anew after a test that failed. */
    public static Database underTest() {
        return new Database(() -> System.getProperty("test.database-url"));
    }

    public Connection connect() throws SQLException {
        var uri = URI.create(url.get());
        String[] credentials = uri.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(),
                credentials[0],
                credentials.length > 1 ? credentials[1] : null);
    }

    /** The first column of every row, as text. */
    public List<String> query(String sql, Object... parameters) {
        try (var connection = connect();
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> rows = new ArrayList<>();
            if (statement.execute()) {
                var results = statement.getResultSet();
                while (results.next()) {
                    rows.add(results.getString(1));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Has the database fail at some writes meanwhile.
     *
     * @param writes as a trigger names them: {@code delete on tasks}
     * @param condition on the row before, {@code old}
     */
    public void whileRefusing(String writes, String condition, Runnable work) {
        whileTriggering("raise exception 'broken disk'", "trigger %s before " + writes, condition, work);
    }

    /** Has the database take some seconds for each row of some writes meanwhile. */
    public void whileSlow(int seconds, String writes, String condition, Runnable work) {
        whileTriggering(
                "perform pg_sleep(" + seconds + "); return old", "trigger %s before " + writes, condition, work);
    }

    /** Has the database refuse some writes meanwhile, as it does when it is in the state that an SQLSTATE tells. */
    public void whileIn(String state, String writes, String condition, Runnable work) {
        whileTriggering(
                "raise exception 'refused' using errcode = '" + state + "'",
                "trigger %s before " + writes,
                condition,
                work);
    }

    /** Has the database go away at the end of transactions meanwhile. */
    public void whileGoingAtCommit(String writes, String condition, Runnable work) {
        whileTriggering(
                "raise exception 'terminating' using errcode = 'admin_shutdown'",
                "constraint trigger %s after " + writes + " deferrable initially deferred",
                condition,
                work);
    }

    private void whileTriggering(String statements, String trigger, String condition, Runnable work) {
        String name = "trigger_" + UUID.randomUUID().toString().replace("-", "");
        query("create function " + name + "() returns trigger language plpgsql as $$ begin " + statements + "; end $$");
        try {
            query("create " + trigger.formatted(name) + " for each row when (" + condition + ") execute function "
                    + name + "()");
            work.run();
        } finally {
            query("drop function " + name + "() cascade");
        }
    }

    /** Does work while somebody else keeps locks. */
    public void whileLocked(String sql, Runnable work) {
        try (var other = connect();
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(sql);
            work.run();
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** What comes of work that waits for somebody else's change of a row, and then goes on. */
    public <T> T overtaken(String change, Supplier<T> work) {
        try (var other = connect();
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute(change);
            var result = CompletableFuture.supplyAsync(work);
            await("select 1 from pg_stat_activity where wait_event_type = 'Lock' and " + processOf(other)
                    + " = any(pg_blocking_pids(pid))");
            other.commit();
            return result.join();
        } catch (SQLException e) {
            throw new IllegalStateException(change, e);
        }
    }

    private static int processOf(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getBackendPID();
    }

    /** Waits until a query has a row. */
    public void await(String sql) {
        var end = Instant.now().plus(PATIENCE);
        while (query(sql).isEmpty()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("Never: " + sql);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
