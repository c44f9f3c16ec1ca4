package dev.todo.account;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** How long sessions last. */
@ApplicationScoped
@Startup
class SessionLimits {

    /** A user has no more at once: the next log-in ends the one that was not used for longest. */
    static final int PER_USER = 100;

    private final Duration idleTimeout;
    private final Duration lifetime;

    SessionLimits(
            @ConfigProperty(name = "todo.session.idle-timeout") Duration idleTimeout,
            @ConfigProperty(name = "todo.session.lifetime") Duration lifetime) {
        if (idleTimeout.compareTo(Duration.ofMinutes(5)) < 0
                || lifetime.compareTo(idleTimeout) < 0
                || lifetime.compareTo(Duration.ofDays(3650)) > 0) {
            throw new ConfigurationException("todo.session.idle-timeout must be at least 5 minutes,"
                    + " and todo.session.lifetime at least as long as that and at most 3650 days.");
        }
        this.idleTimeout = idleTimeout;
        this.lifetime = lifetime;
    }

    boolean isAlive(Session session, Instant now) {
        return session.lastUsedAt.plus(idleTimeout).isAfter(now) && end(session).isAfter(now);
    }

    /** When a session ends, however much it is used. */
    Instant end(Session session) {
        return session.createdAt.plus(lifetime);
    }

    /** Sessions that were not used since then have ended; those that are too old are not used any more. */
    Instant lastUseOfEnded(Instant now) {
        return now.minus(idleTimeout);
    }
}
