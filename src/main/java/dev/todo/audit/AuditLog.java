package dev.todo.audit;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * What happens to accounts, in the log category {@code audit}: one event a line, as {@code event=… user=…} in its message and, in
 * a JSON log, as fields of {@code mdc}. Of personal data it has the user's id and nothing else.
 */
@ApplicationScoped
public class AuditLog {

    private static final Logger LOG = Logger.getLogger("audit");

    /** What happened; the name in the log is that of the constant in lower case. */
    public enum Event {
        SIGNED_UP,
        LOGGED_IN,
        LOG_IN_FAILED(Logger.Level.WARN),
        PASSWORD_CHECK_FAILED(Logger.Level.WARN),
        THROTTLED(Logger.Level.WARN),
        LOGGED_OUT,
        SESSION_REFRESHED,
        SESSION_ENDED,
        OTHER_SESSIONS_ENDED,
        ALL_SESSIONS_ENDED,
        RETIRED_TOKEN_USED(Logger.Level.WARN),
        PASSWORD_CHANGED,
        PASSWORD_RESET_REQUESTED,
        PASSWORD_RESET,
        EMAIL_VERIFIED,
        SECOND_FACTOR_ADDED,
        SECOND_FACTOR_REMOVED,
        SECOND_FACTOR_ASKED,
        SECOND_FACTOR_PASSED,
        SECOND_FACTOR_FAILED(Logger.Level.WARN),
        RECOVERY_CODE_USED(Logger.Level.WARN),
        RECOVERY_CODES_REPLACED,
        MAILED_TOKEN_REFUSED(Logger.Level.WARN),
        TOKEN_REFUSED(Logger.Level.WARN),
        /** Something of somebody else, or that is not there: the service does not look which. */
        ACCESS_REFUSED(Logger.Level.WARN),
        ACCOUNT_EXPORTED,
        ACCOUNT_DELETED;

        private final Logger.Level level;

        Event() {
            this(Logger.Level.INFO);
        }

        Event(Logger.Level level) {
            this.level = level;
        }
    }

    private final TransactionSynchronizationRegistry transaction;

    AuditLog(TransactionSynchronizationRegistry transaction) {
        this.transaction = transaction;
    }

    /** Something that nobody known did. */
    public void record(Event event) {
        write(event, Map.of());
    }

    public void record(Event event, UUID user) {
        write(event, Map.of("user", user));
    }

    public void record(Event event, UUID user, UUID session) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("user", user);
        fields.put("session", session);
        write(event, fields);
    }

    /**
     * What a transaction does, once it is committed: nothing if it is not.
     *
     * @throws IllegalStateException without one
     */
    public void recordOnCommit(Event event, UUID user) {
        transaction.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                // nothing has happened yet
            }

            @Override
            public void afterCompletion(int status) {
                if (status == Status.STATUS_COMMITTED) {
                    record(event, user);
                }
            }
        });
    }

    private static void write(Event event, Map<String, ?> context) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event.name().toLowerCase(Locale.ROOT));
        fields.putAll(context);
        fields.forEach((name, value) -> MDC.put(name, value.toString()));
        try {
            LOG.log(
                    event.level,
                    fields.entrySet().stream().map(Object::toString).collect(Collectors.joining(" ")));
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }
}
