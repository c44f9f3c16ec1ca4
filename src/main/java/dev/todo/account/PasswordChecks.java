package dev.todo.account;

import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.client.Client;
import dev.todo.password.PasswordHash;
import dev.todo.password.PasswordHashes;
import dev.todo.password.PasswordWorkers;
import dev.todo.problem.Problem.FieldError;
import dev.todo.problem.ProblemException;
import dev.todo.throttle.Throttles;
import dev.todo.throttle.Throttles.Attempt;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Tests passwords and second factors, ever more slowly for who guesses; holds no connection while it hashes. What depends on
 * a password is done on a worker thread afterwards.
 */
@ApplicationScoped
class PasswordChecks {

    /**
     * A user whose password was right, and whose code was, if one is needed.
     *
     * @param useOfCode uses the code up, or fails if it is not right any more
     */
    record Passed(UUID user, PasswordHash password, Runnable useOfCode) {

        /**
         * As {@link #find}.
         *
         * @throws ProblemException 409 if the password has been changed since
         */
        User locked() {
            return find().orElseThrow(() -> ProblemException.conflict("The password has been changed meanwhile."));
        }

        /**
         * Keeps the password as it is until the transaction ends, and uses the code up in that; empty if the user is gone, or has
         * another password by now. Fails as a check does if the code is not right any more.
         */
        Optional<User> find() {
            var found = User.findWithPassword(user, password);
            found.ifPresent(same -> useOfCode.run());
            return found;
        }
    }

    /** Who somebody says to be; what failures are counted for, whether there is such an account or not. */
    private record Claim(Optional<Passed> candidate, String account) {

        static Claim of(String email) {
            Optional<Passed> candidate = User.findByEmail(email).map(PasswordChecks::candidate);
            // Also where nobody needs it: its time would tell.
            String comparable = User.comparable(email);
            // No user's id has an @.
            return new Claim(
                    candidate, candidate.map(found -> found.user().toString()).orElse("@" + comparable));
        }
    }

    private final PasswordHashes hashes;
    private final PasswordWorkers workers;
    private final SecondFactors factors;
    private final Throttles throttles;
    private final AuditLog audit;

    PasswordChecks(
            PasswordHashes hashes,
            PasswordWorkers workers,
            SecondFactors factors,
            Throttles throttles,
            AuditLog audit) {
        this.hashes = hashes;
        this.factors = factors;
        this.workers = workers;
        this.throttles = throttles;
        this.audit = audit;
    }

    /**
     * Logs somebody in: at the price of one hash, whether there is such an account or not. Fails with a
     * {@link ProblemException}: 401, or 429 during a delay, for which nothing is tested.
     */
    <T> Uni<T> logIn(Credentials.LogIn input, Client client, Function<Passed, T> then) {
        var claim = QuarkusTransaction.requiringNew().call(() -> Claim.of(input.email()));
        Optional<Passed> candidate = claim.candidate();
        Attempt attempt = throttles.begin(claim.account(), client);
        return test(input.password(), candidate, client, attempt, isRight -> {
            throttles.refuseIfBlocked(attempt);
            if (!isRight) {
                candidate.ifPresentOrElse(
                        found -> audit.record(Event.LOG_IN_FAILED, found.user()),
                        () -> audit.record(Event.LOG_IN_FAILED));
                throttles.failed(attempt);
                throw wrongLogIn();
            }
            var passed = checkCode(
                    candidate.get(),
                    input.code(),
                    attempt,
                    message -> ProblemException.secondFactor("The code of the second factor " + message + "."));
            return pass(passed, input.password(), client, attempt, then);
        });
    }

    /** 401 that does not tell what is wrong. */
    static ProblemException wrongLogIn() {
        return ProblemException.unauthorized("The e-mail address or the password is wrong.");
    }

    /**
     * Has a user who is logged in prove it once more. Fails with a {@link ProblemException}: 400 that names the field, or 429
     * during a delay, for which nothing is tested.
     */
    <T> Uni<T> confirm(UUID user, Credentials.Asked input, Client client, Function<Passed, T> then) {
        var candidate = find(user);
        Attempt attempt = throttles.begin(user.toString(), client);
        return test(input.password(), candidate, client, attempt, isRight -> {
            throttles.refuseIfBlocked(attempt);
            if (!isRight) {
                audit.record(Event.PASSWORD_CHECK_FAILED, user);
                throttles.failed(attempt);
                throw ProblemException.invalid(List.of(new FieldError(input.field(), "is wrong")));
            }
            var passed = checkCode(
                    candidate.get(),
                    input.code(),
                    attempt,
                    message -> ProblemException.invalid(List.of(new FieldError("code", message))));
            return pass(passed, input.password(), client, attempt, then);
        });
    }

    private static Optional<Passed> find(UUID user) {
        return QuarkusTransaction.requiringNew()
                .call(() -> User.<User>findByIdOptional(user).map(PasswordChecks::candidate));
    }

    private static Passed candidate(User user) {
        return new Passed(user.id, user.password(), () -> {});
    }

    /** At the price of one hash, whatever comes of it. */
    private <T> Uni<T> test(
            String password,
            Optional<Passed> candidate,
            Client client,
            Attempt attempt,
            Function<Boolean, Uni<T>> then) {
        return submit(
                        client,
                        attempt,
                        () -> {
                            PasswordHash hash = candidate.map(Passed::password).orElseGet(hashes::unmatchable);
                            return hashes.matches(password, hash) && candidate.isPresent();
                        },
                        then)
                .flatMap(Function.identity());
    }

    /** Ends the attempt if nothing comes of it, also for who has gone away. */
    private <H, T> Uni<T> submit(Client client, Attempt attempt, Supplier<H> hashing, Function<H, T> rest) {
        Function<H, T> ended = hashed -> {
            try {
                return rest.apply(hashed);
            } catch (RuntimeException | Error e) {
                throttles.end(attempt);
                throw e;
            }
        };
        return workers.submit(client, hashing, ended, () -> throttles.end(attempt));
    }

    private Passed checkCode(
            Passed candidate, String code, Attempt attempt, Function<String, ProblemException> failure) {
        var checked = factors.check(candidate.user(), code);
        switch (checked.outcome()) {
            case PASSED -> throttles.refuseIfBlocked(attempt);
            case MISSING -> {
                throttles.requireCounting(attempt);
                audit.record(Event.SECOND_FACTOR_ASKED, candidate.user());
                throw failure.apply("is required");
            }
            case WRONG -> {
                throttles.failed(attempt);
                throw failure.apply("is wrong");
            }
        }
        return new Passed(candidate.user(), candidate.password(), () -> {
            if (!checked.use().getAsBoolean()) {
                throw failure.apply(code == null || code.isBlank() ? "is required" : "is wrong");
            }
        });
    }

    /** Replaces an outdated hash first, which takes time that would tell who is refused that the password is right. */
    private <T> Uni<T> pass(Passed passed, String password, Client client, Attempt attempt, Function<Passed, T> then) {
        if (!hashes.isOutdated(password, passed.password())) {
            return Uni.createFrom().item(pass(passed, attempt, then));
        }
        return submit(
                client,
                attempt,
                () -> hashes.hash(password),
                hash -> pass(renewed(passed, hash, password), attempt, then));
    }

    private <T> T pass(Passed passed, Attempt attempt, Function<Passed, T> then) {
        T result = then.apply(passed);
        throttles.succeeded(attempt);
        return result;
    }

    /** If the password was changed meanwhile, gives the old one, which is good for nothing. */
    private Passed renewed(Passed passed, PasswordHash hash, String password) {
        var renewed = new Passed(passed.user(), hash, passed.useOfCode());
        boolean isReplaced = QuarkusTransaction.requiringNew()
                .call(() -> User.replacePassword(passed.user(), passed.password(), renewed.password()));
        if (isReplaced) {
            return renewed;
        }
        // Another log-in with the same password may have been faster.
        return find(passed.user())
                .filter(found -> hashes.matches(password, found.password()))
                .map(found -> new Passed(found.user(), found.password(), passed.useOfCode()))
                .orElse(passed);
    }
}
