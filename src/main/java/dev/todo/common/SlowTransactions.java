package dev.todo.common;

import io.quarkus.hibernate.orm.panache.Panache;
import io.quarkus.narayana.jta.QuarkusTransaction;
import java.time.Duration;
import org.hibernate.Session;

/** Transactions whose statements may take longer than those of others, after which the database counts as gone. */
public final class SlowTransactions {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private SlowTransactions() {}

    /** Does the work in a transaction of its own, for up to two minutes. */
    public static void run(Runnable work) {
        QuarkusTransaction.requiringNew()
                .timeout((int) PATIENCE.toSeconds())
                .run(() -> Panache.getEntityManager().unwrap(Session.class).doWork(connection -> {
                    int usual = connection.getNetworkTimeout();
                    connection.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
                    try {
                        work.run();
                        Panache.getEntityManager().flush();
                    } finally {
                        connection.setNetworkTimeout(Runnable::run, usual);
                    }
                }));
    }
}
