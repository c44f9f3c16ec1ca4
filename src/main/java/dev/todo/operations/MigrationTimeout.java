package dev.todo.operations;

import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** Lets a migration take its time: the pool's connections give a server up that does not answer for some seconds. */
public final class MigrationTimeout implements Callback {

    private int usual;

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
            } else {
                connection.setNetworkTimeout(Runnable::run, usual);
            }
        } catch (SQLException e) {
            throw new FlywayException(e);
        }
    }

    @Override
    public String getCallbackName() {
        return "migration-timeout";
    }
}
