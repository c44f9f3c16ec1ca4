package dev.todo.account;

import dev.todo.client.Client;
import dev.todo.problem.ProblemException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;

/** Sign-up and log-in. Both hash, so they belong on {@link PasswordWorkers}; neither holds a connection meanwhile. */
@ApplicationScoped
class Accounts {

    private final PasswordHashes hashes;
    private final Sessions sessions;

    Accounts(PasswordHashes hashes, Sessions sessions) {
        this.hashes = hashes;
        this.sessions = sessions;
    }

    /** @throws ProblemException 409 if the e-mail address is taken */
    Account signUp(Credentials.SignUp input) {
        String hash = hashes.hash(input.password());
        try {
            return QuarkusTransaction.requiringNew().call(() -> {
                var user = User.signedUp(input.email(), hash);
                user.persistAndFlush();
                return Account.of(user);
            });
        } catch (ConstraintViolationException e) {
            if ("users_email_key".equals(e.getConstraintName())) {
                throw ProblemException.conflict("This e-mail address is taken.");
            }
            throw e;
        }
    }

    /** Begins a session with these credentials: at the price of one hash, whether there is such an account or not. */
    Optional<AccessToken> logIn(Credentials.LogIn input, Client client) {
        record Candidate(UUID id, String hash) {}
        var candidate = QuarkusTransaction.requiringNew()
                .call(() -> User.findByEmail(input.email()).map(user -> new Candidate(user.id, user.hashedPassword)));
        String hash = candidate.map(Candidate::hash).orElseGet(hashes::unmatchable);
        if (!hashes.matches(input.password(), hash) || candidate.isEmpty()) {
            return Optional.empty();
        }
        if (hashes.isOutdated(hash)) {
            replaceHash(candidate.get().id(), hash, hashes.hash(input.password()));
        }
        return QuarkusTransaction.requiringNew()
                .call(() ->
                        User.<User>findByIdOptional(candidate.get().id()).map(user -> sessions.begin(user, client)));
    }

    /** Does nothing if the password was changed meanwhile. */
    private static void replaceHash(UUID user, String old, String current) {
        QuarkusTransaction.requiringNew()
                .run(() ->
                        User.update("hashedPassword = ?1 where id = ?2 and hashedPassword = ?3", current, user, old));
    }
}
