package dev.todo.account;

import dev.todo.account.MailToken.Purpose;
import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.client.Client;
import dev.todo.common.FairQueue;
import dev.todo.common.LogContext;
import dev.todo.mail.Mails;
import dev.todo.password.PasswordHash;
import dev.todo.password.PasswordHashes;
import dev.todo.password.PasswordWorkers;
import dev.todo.problem.Problem.FieldError;
import dev.todo.problem.ProblemException;
import dev.todo.throttle.Limit;
import dev.todo.throttle.Throttles;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** What somebody may do who shows that they read a user's mail: choose another password, verify the address. */
@ApplicationScoped
class MailProofs {

    private static final Logger LOG = Logger.getLogger(MailProofs.class);

    private static final int THREADS = 2;
    private static final int WAITING = 1_000;

    /** For what is waiting when the service ends. */
    private static final Duration LAST = Duration.ofSeconds(5);

    private static final Duration RETRY_AFTER = Duration.ofMinutes(1);

    private static final String DROPPED = "A mail was not sent: too many are waiting for the mail server";

    private final Mails mails;
    private final PasswordHashes hashes;
    private final PasswordWorkers workers;
    private final SecondFactors secondFactors;
    private final Throttles throttles;

    /** By the network of who asked: no rush of sign-ups from elsewhere drops anybody's mail. */
    private final FairQueue<Runnable> queue = new FairQueue<>(WAITING);

    /** Of their own, which a slow mail server may hold up. */
    private List<Thread> threads;

    private final AuditLog audit;

    MailProofs(
            Mails mails,
            PasswordHashes hashes,
            PasswordWorkers workers,
            SecondFactors secondFactors,
            Throttles throttles,
            AuditLog audit) {
        this.secondFactors = secondFactors;
        this.mails = mails;
        this.hashes = hashes;
        this.workers = workers;
        this.throttles = throttles;
        this.audit = audit;
    }

    @PostConstruct
    void start() {
        threads = queue.startThreads(THREADS, "mail", Runnable::run);
    }

    /**
     * Sends a token to an address if it is a user's. Returns before it looks, so that its time tells nothing.
     *
     * @throws ProblemException 429 if too much is asked for from the client's address, 501 without mail, 503 if too
     *     much waits for the mail server
     */
    void requestReset(String email, Client client) {
        mails.require();
        throttles.count(Limit.MAIL_BY_ADDRESS, client);
        request(client, () -> {
            var user = QuarkusTransaction.requiringNew()
                    .call(() -> User.findByEmail(email).map(Account::of));
            user.ifPresent(account -> {
                audit.record(Event.PASSWORD_RESET_REQUESTED, account.id());
                send(
                        account,
                        Purpose.PASSWORD_RESET,
                        "Another password",
                        "Somebody, probably you, asked to choose another password for the account of this address."
                                + " This is good for 30 minutes, and once. If it was not you, do nothing.",
                        "reset-password");
            });
        });
    }

    /** Sends a token for the address of an account that was just made, if there is mail. */
    void welcome(Account account, Client client) {
        if (mails.areOn() && !isQueued(client, () -> sendVerification(account))) {
            LOG.error(DROPPED);
        }
    }

    /**
     * Sends another token for the address.
     *
     * @throws ProblemException 429 if too much is asked for from the client's address, 501 without mail, 503 if too
     *     much waits for the mail server
     */
    void requestVerification(Account account, Client client) {
        mails.require();
        throttles.count(Limit.MAIL_BY_ADDRESS, client);
        request(client, () -> {
            boolean isUnverified = QuarkusTransaction.requiringNew()
                    .call(() -> User.count("id = ?1 and emailVerifiedAt is null", account.id()) == 1);
            if (isUnverified) {
                sendVerification(account);
            }
        });
    }

    private void sendVerification(Account account) {
        send(
                account,
                Purpose.VERIFICATION,
                "Is this your address?",
                "Somebody, probably you, made an account with this address. This shows that it is yours; it is good for"
                        + " 30 minutes, and once. If it was not you, do nothing.",
                "verify-email");
    }

    private void send(Account account, Purpose purpose, String subject, String text, String page) {
        // Nobody's mailbox is filled, from however many addresses. A session is enough to ask for one kind of mail; it
        // must not use up the other kind, which ends sessions.
        if (throttles.count(Limit.MAIL, purpose + " " + account.email().toLowerCase(Locale.ROOT))) {
            QuarkusTransaction.requiringNew()
                    .call(() -> MailToken.issue(account.id(), purpose))
                    .ifPresent(token -> mails.send(account.email(), subject, text, page, token));
        } else {
            audit.record(Event.THROTTLED, account.id());
        }
    }

    /** What was mailed to a user and is kept, whether it is still good or not; not the tokens, which nobody knows here. */
    List<MailTokenView> list(UUID user) {
        return QuarkusTransaction.requiringNew()
                .call(() -> MailToken.of(user).stream().map(MailTokenView::of).toList());
    }

    private void request(Client client, Runnable work) {
        if (!isQueued(client, work)) {
            throw ProblemException.unavailable("Too much mail waits to be sent at the moment.", RETRY_AFTER);
        }
    }

    /** Works in the background, unless there is no room; makes room where others from one network have more waiting. */
    private boolean isQueued(Client client, Runnable work) {
        Supplier<Void> logged = LogContext.carriedTo(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.errorf(e, "A mail was not sent");
            }
            return null;
        });
        Runnable queued = logged::get;
        Optional<Runnable> dropped = queue.add(client.network(), queued);
        if (dropped.filter(other -> other != queued).isPresent()) {
            LOG.error(DROPPED);
        }
        return !dropped.equals(Optional.of(queued));
    }

    /** Before the database is closed, which a mail that waits has still to be written to. */
    void stop(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
        queue.close();
        var end = Instant.now().plus(LAST);
        try {
            for (var thread : threads) {
                thread.join(Math.max(1, Duration.between(Instant.now(), end).toMillis()));
            }
            if (threads.stream().anyMatch(Thread::isAlive)) {
                LOG.warnf("Mails that were waiting for the mail server are dropped: %d", queue.clear());
                threads.forEach(Thread::interrupt);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sets another password and ends all sessions. Fails with a {@link ProblemException} 400 if the token is good for nothing. */
    Uni<Void> reset(String token, String password, Client client) {
        throttles.count(Limit.MAIL_BY_ADDRESS, client);
        return workers.submit(client, () -> hashes.hash(password), hash -> {
            UUID user = reset(token, password, hash);
            if (!secondFactors.isRequired(user)) {
                // Whoever has guessed meanwhile does not keep the user out.
                throttles.forget(user.toString(), client);
            }
            return null;
        });
    }

    private UUID reset(String token, String password, PasswordHash hash) {
        Set<Event> events = EnumSet.of(Event.ALL_SESSIONS_ENDED, Event.PASSWORD_RESET);
        UUID reset = QuarkusTransaction.requiringNew()
                .call(() -> MailToken.use(token, Purpose.PASSWORD_RESET).map(user -> {
                    Accounts.refuseLocalPart("new_password", password, user.email);
                    user.setPassword(hash);
                    if (secondFactors.removeIfOlder(user.id, user.emailVerifiedAt)) {
                        events.add(Event.SECOND_FACTOR_REMOVED);
                    }
                    if (verified(user)) {
                        events.add(Event.EMAIL_VERIFIED);
                    }
                    Session.endAll(user.id);
                    return user.id;
                }))
                .orElseThrow(this::refused);
        events.forEach(event -> audit.record(event, reset));
        return reset;
    }

    /** Marks the address of a token's user as verified. Fails as {@link #reset} does. */
    void verify(String token, Client client) {
        throttles.count(Limit.MAIL_BY_ADDRESS, client);
        var isNew = new AtomicBoolean();
        UUID owner = QuarkusTransaction.requiringNew()
                .call(() -> MailToken.use(token, Purpose.VERIFICATION).map(user -> {
                    isNew.set(verified(user));
                    return user.id;
                }))
                .orElseThrow(this::refused);
        if (isNew.get()) {
            audit.record(Event.EMAIL_VERIFIED, owner);
        }
    }

    private ProblemException refused() {
        audit.record(Event.MAILED_TOKEN_REFUSED);
        return ProblemException.invalid(List.of(new FieldError("token", "is not valid, or no longer")));
    }

    /** False if it was before. */
    private static boolean verified(User user) {
        if (user.emailVerifiedAt != null) {
            return false;
        }
        user.emailVerifiedAt = Instant.now();
        return true;
    }
}
