package dev.todo.testing;

import io.quarkus.hibernate.orm.PersistenceUnitExtension;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.hibernate.resource.jdbc.spi.StatementInspector;

/** Keeps what Hibernate has sent to the database lately, in the test's own JVM. */
@PersistenceUnitExtension
public class SqlLog implements StatementInspector {

    private static final int KEPT = 100;

    private static final Deque<String> STATEMENTS = new ArrayDeque<>();

    @Override
    public String inspect(String sql) {
        synchronized (STATEMENTS) {
            STATEMENTS.addLast(sql);
            if (STATEMENTS.size() > KEPT) {
                STATEMENTS.removeFirst();
            }
        }
        return sql;
    }

    public static void clear() {
        synchronized (STATEMENTS) {
            STATEMENTS.clear();
        }
    }

    /** The statements since it was cleared, the latest last. */
    public static List<String> statements() {
        synchronized (STATEMENTS) {
            return new ArrayList<>(STATEMENTS);
        }
    }
}
