package dev.todo.operations;

import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** Lets a migration take its time: on the pool's connections, database and driver give up after some seconds. */
public final class MigrationTimeout implements Callback {

    private int usual;
    private String usualStatement;

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.BEFORE_EACH_MIGRATE || event == Event.AFTER_EACH_MIGRATE;
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    @Override
    public void handle(Event event, Context context) {
        try {
            var connection = context.getConnection();
            if (event == Event.BEFORE_EACH_MIGRATE) {
                usual = connection.getNetworkTimeout();
                connection.setNetworkTimeout(Runnable::run, 0);
                usualStatement = setStatementTimeout(connection, "0");
            } else {
                setStatementTimeout(connection, usualStatement);
                connection.setNetworkTimeout(Runnable::run, usual);
            }
        } catch (SQLException e) {
            throw new FlywayException(e);
        }
    }

    /** Returns what it was before. */
    private static String setStatementTimeout(Connection connection, String timeout) throws SQLException {
        try (var statement = connection.prepareStatement(
                "select current_setting('statement_timeout'), set_config('statement_timeout', ?, false)")) {
            statement.setString(1, timeout);
            var row = statement.executeQuery();
            row.next();
            return row.getString(1);
        }
    }

    @Override
    public String getCallbackName() {
        return "migration-timeout";
    }
}
