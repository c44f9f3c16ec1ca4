package dev.todo.account;

import dev.todo.client.Client;
import dev.todo.common.Times;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.quarkus.security.AuthenticationFailedException;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.LockModeType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.UuidGenerator;
import org.hibernate.type.SqlTypes;

/**
 * A log-in that goes on. Its access tokens have its id as their {@code jti}, and come in generations: a refresh makes the
 * next, and retires the one before. One that has ended is deleted.
 */
@Entity
@DynamicUpdate // LastUse writes too.
@Table(name = "sessions")
class Session extends PanacheEntityBase {

    /** How long a retired token still works: another tab may be about to use it, or its successor was lost on the way. */
    static final Duration OVERLAP = Duration.ofSeconds(30);

    /** Who refreshes more often than that within the overlap does not mean well. */
    private static final int MAX_OVERLAPPING = 10;

    private static final int MAX_USER_AGENT = 200;

    @Id
    @UuidGenerator(style = UuidGenerator.Style.VERSION_7)
    UUID id;

    /** Fetched with the session: one query, by primary keys, checks a request. */
    @ManyToOne(fetch = FetchType.EAGER, optional = false)
    @JoinColumn(name = "user_id", updatable = false)
    User user;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** To the minute. */
    @Column(name = "last_used_at")
    Instant lastUsedAt;

    @Column(name = "user_agent")
    String userAgent;

    String address;

    int generation;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(name = "retired_at")
    List<Instant> retiredAt;

    static Session begun(User user, Client client) {
        var session = new Session();
        session.user = user;
        session.createdAt = Times.now();
        session.lastUsedAt = session.createdAt.truncatedTo(ChronoUnit.MINUTES);
        session.userAgent = printable(client.userAgent());
        session.address = client.address();
        session.retiredAt = List.of();
        return session;
    }

    private static String printable(String userAgent) {
        if (userAgent == null) {
            return null;
        }
        String text = userAgent.replaceAll("\\p{Cc}", " ");
        return text.length() <= MAX_USER_AGENT ? text : text.substring(0, MAX_USER_AGENT);
    }

    static Optional<Session> find(UUID owner, UUID id) {
        return Session.<Session>findByIdOptional(id).filter(session -> session.user.id.equals(owner));
    }

    static Optional<Session> findLocked(UUID owner, UUID id) {
        return Session.<Session>findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE)
                .filter(session -> session.user.id.equals(owner));
    }

    /**
     * Has nothing happen under a session that was ended while the request waited, for the row of its user or for its turn.
     *
     * @throws AuthenticationFailedException if it was
     */
    static void requireAlive(Caller caller) {
        if (count("id = ?1 and user.id = ?2", caller.session(), caller.account().id()) == 0) {
            throw new AuthenticationFailedException("The session has ended");
        }
    }

    /** Ends all of a user's but those that were used latest; which it ended. */
    static List<UUID> endOldest(UUID owner, int kept) {
        return getSession()
                .createNativeQuery(
                        "delete from sessions where id in (select id from sessions where user_id = :owner"
                                + " order by last_used_at desc, id desc offset :kept) returning id",
                        UUID.class)
                .setParameter("owner", owner)
                .setParameter("kept", kept)
                .getResultList();
    }

    static boolean end(UUID owner, UUID id) {
        return delete("id = ?1 and user.id = ?2", id, owner) == 1;
    }

    static void endAll(UUID owner) {
        delete("user.id", owner);
    }

    static void endOthers(UUID owner, UUID kept) {
        delete("user.id = ?1 and id <> ?2", owner, kept);
    }

    /** Whether tokens of the generation are current, or were until a moment ago. */
    boolean accepts(int tokenGeneration, Instant now) {
        if (tokenGeneration == generation) {
            return true;
        }
        int index = retiredAt.size() - (generation - tokenGeneration);
        return tokenGeneration < generation
                && index >= 0
                && retiredAt.get(index).plus(OVERLAP).isAfter(now);
    }

    /** Begins the next generation, if tokens of this one are current. */
    void refresh(int tokenGeneration, Instant now) {
        if (tokenGeneration != generation) {
            return;
        }
        List<Instant> retired = new ArrayList<>(retiredAt);
        retired.add(now);
        retired.removeIf(time -> !time.plus(OVERLAP).isAfter(now));
        retiredAt = List.copyOf(retired.subList(Math.max(0, retired.size() - MAX_OVERLAPPING), retired.size()));
        generation++;
    }
}
