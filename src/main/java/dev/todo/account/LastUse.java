package dev.todo.account;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Writes when a session was last used: once a minute at most, and no request waits for it. */
@ApplicationScoped
class LastUse {

    private static final Logger LOG = Logger.getLogger(LastUse.class);

    private final ExecutorService executor;

    /** Being written, so that a burst of requests makes one write. */
    private final Set<UUID> pending = ConcurrentHashMap.newKeySet();

    LastUse(ExecutorService executor) {
        this.executor = executor;
    }

    void note(Session session, Instant now) {
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
        if (session.lastUsedAt.isBefore(minute) && pending.add(session.id)) {
            UUID id = session.id;
            try {
                executor.execute(() -> write(id, minute));
            } catch (RejectedExecutionException e) {
                // shutting down
                pending.remove(id);
            }
        }
    }

    private void write(UUID session, Instant minute) {
        try {
            QuarkusTransaction.requiringNew()
                    .run(() -> Session.update("lastUsedAt = ?1 where id = ?2 and lastUsedAt < ?1", minute, session));
        } catch (RuntimeException e) {
            // The next request tries again.
            LOG.debugf("The last use of a session was not written: %s", e.getMessage());
        } finally {
            pending.remove(session);
        }
    }
}
