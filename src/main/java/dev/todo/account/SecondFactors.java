package dev.todo.account;

import dev.todo.audit.AuditLog;
import dev.todo.audit.AuditLog.Event;
import dev.todo.common.Seal;
import dev.todo.common.Secrets;
import dev.todo.common.Text;
import dev.todo.problem.ProblemException;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** {@link OneTimePasswords} as a second factor, and {@link RecoveryCodes} in their place. */
@ApplicationScoped
class SecondFactors {

    private static final Logger LOG = Logger.getLogger(SecondFactors.class);

    /** As long as the hash that HMAC-SHA-1 has (RFC 4226, section 4). */
    private static final int SECRET_BYTES = 20;

    private static final int MAX_CODE = 100;

    /** Read for {@link #sealAllAnew}: all of them may be more than there is memory for. */
    private static final int AT_ONCE = 1_000;

    private static final Pattern ONE_TIME_PASSWORD = Pattern.compile("\\d{6}");

    /** What came of asking for the second factor. */
    enum Check {
        PASSED,
        MISSING,
        WRONG
    }

    private final OneTimePasswords oneTimePasswords = new OneTimePasswords();
    private final SecureRandom random = new SecureRandom();
    private final RecoveryCodes recoveryCodes;
    private final Seal seal;
    private final AuditLog audit;

    SecondFactors(RecoveryCodes recoveryCodes, Secrets secrets, AuditLog audit) {
        this.recoveryCodes = recoveryCodes;
        this.seal = new Seal(secrets.derived("todo second factor"));
        this.audit = audit;
    }

    /** Seals anew what is sealed under the other secret; one that cannot be is logged, and keeps no other from it. */
    void sealAllAnew(BooleanSupplier isStopping) {
        try {
            var last = new UUID(0, 0);
            List<SecondFactor> some;
            do {
                some = someAfter(last);
                for (var factor : some) {
                    if (isStopping.getAsBoolean()) {
                        LOG.warn("Second factors may still be sealed under JWT_SECRET_PREVIOUS: the service stops");
                        return;
                    }
                    if (!isSealed(factor)) {
                        sealAnew(factor.userId);
                    }
                    last = factor.userId;
                }
            } while (some.size() == AT_ONCE);
        } catch (RuntimeException e) {
            LOG.warnf("Second factors may still be sealed under JWT_SECRET_PREVIOUS: %s", e.getMessage());
        }
    }

    private static List<SecondFactor> someAfter(UUID user) {
        return QuarkusTransaction.requiringNew().call(() -> SecondFactor.findAfter(user, AT_ONCE));
    }

    private void sealAnew(UUID user) {
        try {
            QuarkusTransaction.requiringNew()
                    .run(() -> SecondFactor.findLocked(user).ifPresent(this::sealAnew));
        } catch (RuntimeException e) {
            LOG.warnf(
                    "The second factor of user %s is still sealed under JWT_SECRET_PREVIOUS: %s", user, e.getMessage());
        }
    }

    private boolean isSealed(SecondFactor factor) {
        return seal.isCurrent(factor.sealedSecret, factor.userId.toString());
    }

    private void sealAnew(SecondFactor factor) {
        open(factor).ifPresent(secret -> factor.sealedSecret = seal.close(secret, factor.userId.toString()));
    }

    /**
     * A new secret that does not count yet.
     *
     * @throws ProblemException 409 if the user has one that does
     */
    byte[] begin(Caller caller, PasswordChecks.Passed passed) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return QuarkusTransaction.requiringNew().call(() -> {
            UUID user = passed.locked().id;
            Session.requireAlive(caller);
            if (!SecondFactor.replacePending(user, seal.close(secret, user.toString()))) {
                throw present();
            }
            return secret;
        });
    }

    /**
     * Has the new secret count, if the password is of it; gives recovery codes.
     *
     * @throws ProblemException 409 if there is one that counts
     */
    Optional<List<String>> confirm(Caller caller, String oneTimePassword) {
        UUID user = caller.account().id();
        return QuarkusTransaction.requiringNew().call(() -> {
            User.findLocked(user);
            Session.requireAlive(caller);
            var factor = SecondFactor.findLocked(user);
            if (factor.filter(found -> found.confirmedAt != null).isPresent()) {
                throw present();
            }
            return factor.filter(found -> stepOf(found, oneTimePassword)
                            .filter(step -> uses(found, step))
                            .isPresent())
                    .map(found -> {
                        audit.recordOnCommit(Event.SECOND_FACTOR_PASSED, user);
                        found.confirmedAt = Instant.now();
                        return recoveryCodes.replace(user);
                    });
        });
    }

    private static ProblemException present() {
        return ProblemException.conflict("There is a second factor already.");
    }

    /** Whether logging in takes more than the password. */
    boolean isRequired(UUID user) {
        return confirmedAt(user).isPresent();
    }

    /** From when on logging in takes more than the password; empty if it does not. */
    Optional<Instant> confirmedAt(UUID user) {
        return QuarkusTransaction.joiningExisting()
                .call(() -> SecondFactor.findConfirmed(user).map(factor -> factor.confirmedAt));
    }

    /**
     * Whether the user has proved enough, and what uses the code up: part of the transaction that does what the code is for, so
     * that neither happens alone; false if that is not right any more, say because somebody else has used it since.
     */
    record Checked(Check outcome, BooleanSupplier use) {}

    Checked check(UUID user, String code) {
        return QuarkusTransaction.requiringNew()
                .call(() -> SecondFactor.findConfirmed(user)
                        .map(factor -> check(factor, code))
                        .orElseGet(() -> new Checked(Check.PASSED, () -> !isRequired(user))));
    }

    private Checked check(SecondFactor factor, String code) {
        if (code == null || code.isBlank()) {
            return new Checked(Check.MISSING, () -> false);
        }
        String typed = Text.first(MAX_CODE, code).replaceAll("[\\s-]", "");
        Optional<BooleanSupplier> use = ONE_TIME_PASSWORD.matcher(typed).matches()
                ? stepOf(factor, typed)
                        .filter(step -> !factor.isUsed(step))
                        .map(step -> () -> uses(factor.userId, factor.confirmedAt, step))
                : Optional.of(factor.userId)
                        .filter(user -> recoveryCodes.has(user, typed))
                        .map(user -> () -> usesRecoveryCode(user, typed));
        if (use.isEmpty()) {
            audit.record(Event.SECOND_FACTOR_FAILED, factor.userId);
        }
        return use.map(found -> new Checked(Check.PASSED, found))
                .orElseGet(() -> new Checked(Check.WRONG, () -> false));
    }

    /** Of a factor that is still the same. */
    private boolean uses(UUID user, Instant confirmed, long step) {
        return recorded(
                Event.SECOND_FACTOR_PASSED,
                user,
                SecondFactor.findLocked(user)
                        .filter(factor -> confirmed.equals(factor.confirmedAt))
                        .filter(factor -> uses(factor, step))
                        .isPresent());
    }

    private boolean uses(SecondFactor factor, long step) {
        boolean isUsed = factor.use(step);
        if (isUsed && !isSealed(factor)) {
            sealAnew(factor);
        }
        return isUsed;
    }

    private boolean usesRecoveryCode(UUID user, String code) {
        return recorded(Event.RECOVERY_CODE_USED, user, recoveryCodes.use(user, code));
    }

    private boolean recorded(Event event, UUID user, boolean isRight) {
        if (isRight) {
            audit.recordOnCommit(event, user);
        } else {
            audit.record(Event.SECOND_FACTOR_FAILED, user);
        }
        return isRight;
    }

    private Optional<Long> stepOf(SecondFactor factor, String oneTimePassword) {
        return open(factor).flatMap(secret -> oneTimePasswords.stepOf(secret, oneTimePassword));
    }

    private Optional<byte[]> open(SecondFactor factor) {
        var secret = seal.open(factor.sealedSecret, factor.userId.toString());
        if (secret.isEmpty()) {
            LOG.errorf("The second factor of user %s is sealed under a secret that is not known", factor.userId);
        }
        return secret;
    }

    /**
     * Removes one that whoever did not read the mail to the address may have made, or begun. The user's row must be locked.
     *
     * @return whether there was one that counted
     */
    boolean removeIfOlder(UUID user, Instant emailVerified) {
        return SecondFactor.findLocked(user)
                .filter(factor -> emailVerified == null
                        || factor.confirmedAt == null
                        || factor.confirmedAt.isBefore(emailVerified))
                .filter(SecondFactors::removed)
                .isPresent();
    }

    /** Removes it; false if it did not count yet. */
    private static boolean removed(SecondFactor factor) {
        factor.delete();
        return factor.confirmedAt != null;
    }

    void remove(Caller caller, PasswordChecks.Passed passed) {
        boolean isRemoved = QuarkusTransaction.requiringNew().call(() -> {
            UUID user = passed.locked().id;
            Session.requireAlive(caller);
            return SecondFactor.findLocked(user).filter(SecondFactors::removed).isPresent();
        });
        if (isRemoved) {
            audit.record(Event.SECOND_FACTOR_REMOVED, passed.user());
        }
    }
}
