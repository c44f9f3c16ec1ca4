package dev.todo.account;

import dev.todo.problem.ProblemException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;

/** Sign-up and log-in. Both hash, so they belong on {@link PasswordWorkers}; neither holds a connection meanwhile. */
@ApplicationScoped
class Accounts {

    private final PasswordHashes hashes;

    Accounts(PasswordHashes hashes) {
        this.hashes = hashes;
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

    /** Finds the account of these credentials: at the price of one hash, whether there is one or not. */
    Optional<Account> logIn(Credentials.LogIn input) {
        record Candidate(Account account, String hash) {}
        var candidate = QuarkusTransaction.requiringNew()
                .call(() -> User.findByEmail(input.email())
                        .map(user -> new Candidate(Account.of(user), user.hashedPassword)));
        String hash = candidate.map(Candidate::hash).orElseGet(hashes::unmatchable);
        if (!hashes.matches(input.password(), hash) || candidate.isEmpty()) {
            return Optional.empty();
        }
        if (hashes.isOutdated(hash)) {
            replaceHash(candidate.get().account().id(), hash, hashes.hash(input.password()));
        }
        return candidate.map(Candidate::account);
    }

    @ActivateRequestContext
    Optional<Account> find(UUID id) {
        return User.<User>findByIdOptional(id).map(Account::of);
    }

    /** Does nothing if the password was changed meanwhile. */
    private static void replaceHash(UUID user, String old, String current) {
        QuarkusTransaction.requiringNew()
                .run(() ->
                        User.update("hashedPassword = ?1 where id = ?2 and hashedPassword = ?3", current, user, old));
    }
}
