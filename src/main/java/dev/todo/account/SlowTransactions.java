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
final class SlowTransactions {

    private static final Duration USUAL = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(100);

    /** Longer than the database takes to give up, since who gives up first leaves it at work, and a connection at odds. */
    private static final Duration PATIENCE_OF_THE_DRIVER = PATIENCE.plusSeconds(10);

    private static final Duration PATIENCE_OF_THE_TRANSACTION = Duration.ofMinutes(10);

    private static final Duration RETRY = Duration.ofSeconds(10);

    private SlowTransactions() {}

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

    /** Until the end of the transaction. */
    private static void takeTurn(String... names) {
        if (Stream.of(names).noneMatch(SlowTransactions::tryLock)) {
            throw ProblemException.unavailable("An account is being deleted at the moment.", RETRY);
        }
    }

    private static boolean tryLock(String name) {
        return (Boolean) Panache.getEntityManager()
                .createNativeQuery("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
                .setParameter("name", "dev.todo " + name)
                .getSingleResult();
    }
}
