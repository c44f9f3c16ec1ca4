package dev.todo.account;

import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.client.Client;
import dev.todo.common.Times;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Begins, checks, refreshes and ends sessions. */
@ApplicationScoped
class Sessions {

    /** How many that nobody asked for any more a log-in clears away. */
    private static final int CLEARED_AT_ONCE = 100;

    private final SessionLimits limits;
    private final LastUse lastUse;
    private final AccessTokens tokens;
    private final AuditLog audit;

    Sessions(SessionLimits limits, LastUse lastUse, AccessTokens tokens, AuditLog audit) {
        this.limits = limits;
        this.lastUse = lastUse;
        this.tokens = tokens;
        this.audit = audit;
    }

    /** Begins a session of a user; empty if the user is gone, or has another password by now. */
    Optional<AccessToken> begin(PasswordChecks.Passed passed, Client client) {
        record Begun(List<UUID> ended, UUID session, AccessToken token) {}
        var begun = QuarkusTransaction.requiringNew()
                .call(() -> passed.find().map(found -> {
                    List<UUID> ended = Session.endOldest(found.id, SessionLimits.PER_USER - 1);
                    var session = Session.begun(found, client);
                    session.persist();
                    // Last, since it holds rows of others, who may be waited for.
                    clearEnded();
                    return new Begun(ended, session.id, tokens.issue(session, limits.end(session)));
                }));
        begun.ifPresent(made -> {
            made.ended().forEach(session -> audit.record(Event.SESSION_ENDED, passed.user(), session));
            audit.record(Event.LOGGED_IN, passed.user(), made.session());
        });
        return begun.map(Begun::token);
    }

    private void clearEnded() {
        Session.getEntityManager()
                .createNativeQuery("delete from sessions where id in"
                        + " (select id from sessions where last_used_at <= :time limit :count for update skip locked)")
                .setParameter("time", limits.lastUseOfEnded(Instant.now()))
                .setParameter("count", CLEARED_AT_ONCE)
                .executeUpdate();
    }

    /**
     * Finds who a token is for: empty if its session has ended. A retired token that is still being used was copied by
     * somebody, and ends the session.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2">RFC 9700, section 4.14.2</a>
     */
    @ActivateRequestContext
    Optional<Caller> callerOf(AccessTokens.Content token) {
        var now = Instant.now();
        var session = Session.find(token.user(), token.session()).filter(found -> limits.isAlive(found, now));
        if (session.isEmpty()) {
            return Optional.empty();
        }
        if (!session.get().accepts(token.generation(), now)) {
            if (token.generation() < session.get().generation) {
                endCopied(token);
            }
            return Optional.empty();
        }
        lastUse.note(session.get(), now);
        return session.map(found -> new Caller(Account.of(found.user), found.id, token.generation()));
    }

    private void endCopied(AccessTokens.Content token) {
        boolean ended = QuarkusTransaction.requiringNew().call(() -> Session.end(token.user(), token.session()));
        if (ended) {
            audit.record(Event.RETIRED_TOKEN_USED, token.user(), token.session());
        }
    }

    /** Gives another token for the session, and retires the one that was used; empty if the session has ended meanwhile. */
    Optional<AccessToken> refresh(Caller caller) {
        var now = Times.now();
        var token = QuarkusTransaction.requiringNew()
                .call(() -> Session.findLocked(caller.account().id(), caller.session())
                        .filter(session -> session.accepts(caller.generation(), now))
                        .map(session -> {
                            session.refresh(caller.generation(), now);
                            return tokens.issue(session, limits.end(session));
                        }));
        token.ifPresent(
                issued -> audit.record(Event.SESSION_REFRESHED, caller.account().id(), caller.session()));
        return token;
    }

    /** The live sessions of a user, the latest used first. */
    @Transactional
    List<SessionView> list(Caller caller) {
        var now = Instant.now();
        return views(caller, session -> limits.isAlive(session, now));
    }

    /** Also those that have ended and nobody has cleared away yet. */
    @Transactional
    List<SessionView> listKept(Caller caller) {
        return views(caller, session -> true);
    }

    private static List<SessionView> views(Caller caller, Predicate<Session> wanted) {
        Stream<Session> sessions = Session.stream(
                "user.id", Sort.descending("lastUsedAt", "id"), caller.account().id());
        return sessions.filter(wanted)
                .map(session -> SessionView.of(session, caller.session()))
                .toList();
    }

    /** Ends a session of the user; false if there is no such session. */
    @Transactional
    boolean end(UUID owner, UUID session) {
        return Session.end(owner, session);
    }

    /** Ends all sessions of a user but that of the caller. */
    @Transactional
    void endOthers(Caller caller) {
        Session.endOthers(caller.account().id(), caller.session());
    }
}
