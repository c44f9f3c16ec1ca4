package dev.todo.account;

import dev.todo.audit.AuditLog;
import dev.todo.client.Client;
import dev.todo.password.PasswordHashes;
import dev.todo.password.PasswordRules;
import dev.todo.password.PasswordWorkers;
import dev.todo.problem.Problem.FieldError;
import dev.todo.problem.ProblemException;
import dev.todo.throttle.Limit;
import dev.todo.throttle.Throttles;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;

/** Makes, changes and deletes accounts, and logs people in. */
@ApplicationScoped
class Accounts {

    private static final int MAX_ASCII = 127;

    private final PasswordChecks passwords;
    private final PasswordHashes hashes;
    private final PasswordWorkers workers;
    private final Throttles throttles;
    private final Sessions sessions;
    private final SecondFactors secondFactors;
    private final RecoveryCodes recoveryCodes;
    private final MailProofs mailProofs;
    private final Event<AccountDeletion> deletions;
    private final AuditLog audit;

    Accounts(
            PasswordChecks passwords,
            PasswordHashes hashes,
            PasswordWorkers workers,
            Throttles throttles,
            Sessions sessions,
            SecondFactors secondFactors,
            RecoveryCodes recoveryCodes,
            MailProofs mailProofs,
            Event<AccountDeletion> deletions,
            AuditLog audit) {
        this.passwords = passwords;
        this.hashes = hashes;
        this.workers = workers;
        this.throttles = throttles;
        this.sessions = sessions;
        this.secondFactors = secondFactors;
        this.recoveryCodes = recoveryCodes;
        this.mailProofs = mailProofs;
        this.deletions = deletions;
        this.audit = audit;
    }

    /** Fails with a {@link ProblemException}: 400 for the address or the password, 409 if the address is taken, 429 after too many. */
    Uni<Account> signUp(Credentials.SignUp input, Client client) {
        refuseAmbiguous(input.email());
        refuseLocalPart("password", input.password(), input.email());
        throttles.count(Limit.SIGN_UP_BY_ADDRESS, client);
        return workers.submit(client, () -> hashes.hash(input.password()), hash -> {
            try {
                var account = QuarkusTransaction.requiringNew().call(() -> {
                    var user = User.signedUp(input.email(), hash);
                    user.persistAndFlush();
                    return Account.of(user);
                });
                audit.record(AuditLog.Event.SIGNED_UP, account.id());
                mailProofs.welcome(account, client);
                return account;
            } catch (ConstraintViolationException e) {
                if ("users_email_key".equals(e.getConstraintName())) {
                    throw ProblemException.conflict("This e-mail address is taken.");
                }
                throw e;
            }
        });
    }

    /** Begins a session; fails as {@link PasswordChecks#logIn} does. */
    Uni<AccessToken> logIn(Credentials.LogIn input, Client client) {
        return passwords.logIn(
                input,
                client,
                passed -> sessions.begin(passed, client)
                        // deleted, or with another password, since
                        .orElseThrow(PasswordChecks::wrongLogIn));
    }

    /** Ends all other sessions; fails as {@link PasswordChecks#confirm} does, or with a 409 if somebody else was faster. */
    Uni<Void> changePassword(Caller caller, Credentials.Change input, Client client) {
        refuseLocalPart("new_password", input.newPassword(), caller.account().email());
        return passwords
                .confirm(caller.account().id(), input.asked(), client, passed -> passed)
                .flatMap(passed -> workers.submit(client, () -> hashes.hash(input.newPassword()), hash -> {
                    QuarkusTransaction.requiringNew().run(() -> {
                        User user = passed.locked();
                        Session.requireAlive(caller);
                        user.setPassword(hash);
                        SecondFactor.deletePending(user.id);
                        Session.endOthers(passed.user(), caller.session());
                        MailToken.revoke(passed.user(), MailToken.Purpose.PASSWORD_RESET);
                    });
                    audit.record(AuditLog.Event.OTHER_SESSIONS_ENDED, passed.user(), caller.session());
                    audit.record(AuditLog.Event.PASSWORD_CHANGED, passed.user(), caller.session());
                    return null;
                }));
    }

    /**
     * Deletes the user and all that is theirs, all at once. Fails as {@link PasswordChecks#confirm} does, or with a 503 if the
     * account is being deleted already, or too many large ones are.
     */
    Uni<Void> delete(Caller caller, Credentials.Confirmation input, Client client) {
        return passwords.confirm(caller.account().id(), input.asked(), client, passed -> {
            SlowTransactions.run(passed.user(), () -> {
                Session.requireAlive(caller);
                // Before the user is locked, which whatever else is done in the user's name waits for.
                deletions.fire(new AccountDeletion(passed.user()));
                // That may have taken long: what was added meanwhile
                deletions.fire(new AccountDeletion(passed.user()));
                User user = passed.locked();
                Session.requireAlive(caller);
                user.delete();
            });
            audit.record(AuditLog.Event.ACCOUNT_DELETED, passed.user());
            return null;
        });
    }

    @Transactional
    AccountSecurity security(UUID id) {
        User user = User.<User>findByIdOptional(id).orElseThrow(AuthenticationFailedException::new);
        Optional<Instant> confirmed = secondFactors.confirmedAt(id);
        return new AccountSecurity(
                user.emailVerifiedAt, confirmed.isPresent(), confirmed.orElse(null), recoveryCodes.count(id));
    }

    /** Else the Kelvin sign, whose small letter is k, would take an address away from who has it with the letter. */
    private static void refuseAmbiguous(String email) {
        if (email.codePoints()
                .filter(letter -> letter > MAX_ASCII)
                .anyMatch(letter ->
                        Character.toLowerCase(letter) <= MAX_ASCII || Character.toUpperCase(letter) <= MAX_ASCII)) {
            throw ProblemException.invalid(List.of(new FieldError(
                    "email", "must not contain special letters that become a-z in upper or lower case")));
        }
    }

    static void refuseLocalPart(String field, String password, String email) {
        if (PasswordRules.containsLocalPart(password, email)) {
            throw ProblemException.invalid(
                    List.of(new FieldError(field, "must not contain what stands before the @ of the e-mail address")));
        }
    }
}
