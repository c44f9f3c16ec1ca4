package dev.todo.account;

import dev.todo.problem.ProblemException;
import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.persistence.QueryTimeoutException;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.hibernate.Session;

/**
 * Transactions that are quick for nearly all users and may take more than a minute for a few. One of a user, and two in all, may be slow
 * at once, on all replicas together, so that connections to the database and the database itself are there for others.
 */
public final class SlowTransactions {

    private static final Duration USUAL = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(100);

    /** Longer than the database takes to give up, since who gives up first leaves it at work, and a connection at odds. */
    private static final Duration PATIENCE_OF_THE_DRIVER = PATIENCE.plusSeconds(10);

    private static final Duration PATIENCE_OF_THE_TRANSACTION = Duration.ofMinutes(10);

    private static final Duration RETRY = Duration.ofSeconds(10);

    private static final String DELETING = "An account is being deleted at the moment.";

    private SlowTransactions() {}

    /**
     * Refuses what would wait long for rows that a slow transaction of the user's has locked, and hold a connection meanwhile. Where
     * there is none, none begins before the end of the transaction.
     *
     * @throws ProblemException 503 if there is one
     */
    public static void requireNone(UUID user) {
        if (!lock("pg_try_advisory_xact_lock_shared", changesOf(user))) {
            throw ProblemException.unavailable(DELETING, RETRY);
        }
    }

    /**
     * Does the work in a transaction of its own: within a second for each statement, or else again from the start, within 100
     * seconds.
     *
     * @throws ProblemException 503 if there is no turn
     */
    static void run(UUID user, Runnable work) {
        try {
            QuarkusTransaction.requiringNew().run(() -> {
                limitStatements(USUAL);
                takeTurn("user " + user);
                work.run();
                Panache.getEntityManager().flush();
            });
        } catch (QueryTimeoutException e) {
            runSlowly(user, work);
        }
    }

    private static void runSlowly(UUID user, Runnable work) {
        QuarkusTransaction.requiringNew()
                .timeout((int) PATIENCE_OF_THE_TRANSACTION.toSeconds())
                .run(() -> Panache.getEntityManager().unwrap(Session.class).doWork(connection -> {
                    int usual = connection.getNetworkTimeout();
                    connection.setNetworkTimeout(Runnable::run, (int) PATIENCE_OF_THE_DRIVER.toMillis());
                    try {
                        limitStatements(PATIENCE);
                        takeTurn("user " + user);
                        takeTurn("slow 1", "slow 2");
                        lock("pg_advisory_xact_lock", changesOf(user));
                        work.run();
                        Panache.getEntityManager().flush();
                    } finally {
                        connection.setNetworkTimeout(Runnable::run, usual);
                    }
                }));
    }

    /** Until the end of the transaction. */
    private static void limitStatements(Duration patience) {
        Panache.getEntityManager()
                .createNativeQuery("set local statement_timeout = " + patience.toMillis())
                .executeUpdate();
    }

    private static void takeTurn(String... names) {
        if (Stream.of(names).noneMatch(name -> lock("pg_try_advisory_xact_lock", name))) {
            throw ProblemException.unavailable(DELETING, RETRY);
        }
    }

    private static String changesOf(UUID user) {
        return "changes of user " + user;
    }

    /** Until the end of the transaction; false only if the function is one that does not wait. */
    private static boolean lock(String function, String name) {
        return !Boolean.FALSE.equals(Panache.getEntityManager()
                .createNativeQuery("select " + function + "(hashtextextended(:name, 0))")
                .setParameter("name", "dev.todo " + name)
                .getSingleResult());
    }
}
