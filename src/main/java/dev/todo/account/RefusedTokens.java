package dev.todo.account;

import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.spi.runtime.AuthenticationFailureEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Tells the audit log of tokens that are no good, and not of those that could not be checked. */
@ApplicationScoped
class RefusedTokens {

    private final AuditLog audit;

    RefusedTokens(AuditLog audit) {
        this.audit = audit;
    }

    void onRefusal(@Observes AuthenticationFailureEvent refusal) {
        if (refusal.getAuthenticationFailure() instanceof AuthenticationFailedException) {
            audit.record(Event.TOKEN_REFUSED);
        }
    }
}
