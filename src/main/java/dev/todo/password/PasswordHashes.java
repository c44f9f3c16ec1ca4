package dev.todo.password;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.todo.common.HmacSha256;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.wildfly.security.password.PasswordFactory;
import org.wildfly.security.password.WildFlyElytronPasswordProvider;
import org.wildfly.security.password.interfaces.BCryptPassword;
import org.wildfly.security.password.spec.EncryptablePasswordSpec;
import org.wildfly.security.password.spec.IteratedSaltedPasswordAlgorithmSpec;
import org.wildfly.security.password.util.ModularCrypt;

/**
 * Hashes of passwords: written as version 2 of passlib's {@code bcrypt_sha256}, read as that and as the plain bcrypt of the
 * Python backend before this one.
 *
 * @see <a href="https://passlib.readthedocs.io/en/stable/lib/passlib.hash.bcrypt_sha256.html">passlib's bcrypt_sha256</a>
 */
@ApplicationScoped
public class PasswordHashes {

    private static final int MIN_COST = 10;
    private static final int MAX_COST = 31;
    private static final int SALT_BYTES = 16;
    private static final int DIGEST_BYTES = 23;

    /** Of a password, that bcrypt reads. */
    private static final int BCRYPT_BYTES = 72;

    private static final String BCRYPT_TEXT = "(?<salt>[./A-Za-z0-9]{22})%s(?<digest>[./A-Za-z0-9]{31})";

    /** {@code $bcrypt-sha256$v=2,t=2b,r=12$<salt>$<digest>} */
    private static final Pattern BCRYPT_SHA256 = Pattern.compile(
            "\\$bcrypt-sha256\\$v=2,t=2b,r=(?<cost>[4-9]|[12]\\d|3[01])\\$" + BCRYPT_TEXT.formatted("\\$"));

    /** {@code $2b$12$<salt><digest>}; 2a, 2b and 2y name one algorithm, told apart for bugs that were never Python's. */
    private static final Pattern BCRYPT =
            Pattern.compile("\\$2[aby]\\$(?<cost>0[4-9]|[12]\\d|3[01])\\$" + BCRYPT_TEXT.formatted(""));

    private final SecureRandom random = new SecureRandom();
    private final Provider elytron = new WildFlyElytronPasswordProvider();
    private final int cost;
    private final Counter computed;

    PasswordHashes(@ConfigProperty(name = "todo.bcrypt-cost") int cost, MeterRegistry metrics) {
        if (cost < MIN_COST || cost > MAX_COST) {
            throw new ConfigurationException(
                    "todo.bcrypt-cost must be between %d and %d.".formatted(MIN_COST, MAX_COST));
        }
        this.cost = cost;
        this.computed = Counter.builder("password.hashes")
                .description("bcrypt hashes that were computed")
                .register(metrics);
    }

    /** Hashes a password of any length, in its NFKC form, with a new salt. */
    public PasswordHash hash(String password) {
        String salt = newSalt();
        String text = NormalizedPassword.of(password).text();
        return new PasswordHash(format(salt, digest(prehash(text, salt), cost, salt)), true);
    }

    /** Whether the hash is of this password. Costs one bcrypt, whatever the answer. */
    public boolean matches(String password, PasswordHash hash) {
        return matches(hash.isOfNormalized() ? NormalizedPassword.of(password).text() : password, hash.text());
    }

    private boolean matches(String password, String hash) {
        var current = BCRYPT_SHA256.matcher(hash);
        var legacy = BCRYPT.matcher(hash);
        if (current.matches()) {
            String salt = current.group("salt");
            return same(
                    current.group("digest"),
                    digest(prehash(password, salt), Integer.parseInt(current.group("cost")), salt));
        }
        if (legacy.matches()) {
            // Elytron cuts it as well, when it has taken time for all of it.
            byte[] bytes = password.getBytes(UTF_8);
            byte[] key = Arrays.copyOf(bytes, Math.min(bytes.length, BCRYPT_BYTES));
            return same(
                    legacy.group("digest"), digest(key, Integer.parseInt(legacy.group("cost")), legacy.group("salt")));
        }
        // Nobody can know the password of such a row: a disabled account, say.
        return matches(password, unmatchable().text());
    }

    /** Whether a hash that matched should be replaced by a new one: other format, other cost, or other form of the password. */
    public boolean isOutdated(String password, PasswordHash hash) {
        var current = BCRYPT_SHA256.matcher(hash.text());
        return !current.matches()
                || Integer.parseInt(current.group("cost")) != cost
                || (!hash.isOfNormalized()
                        && !NormalizedPassword.of(password).text().equals(password));
    }

    /** A hash that no password is known for, at the price of a real one to compare with. */
    public PasswordHash unmatchable() {
        byte[] digest = new byte[DIGEST_BYTES];
        random.nextBytes(digest);
        String crypt = modularCrypt(new byte[SALT_BYTES], digest);
        return new PasswordHash(format(newSalt(), crypt.substring(crypt.length() - 31)), true);
    }

    private String format(String salt, String digest) {
        return "$bcrypt-sha256$v=2,t=2b,r=" + cost + "$" + salt + "$" + digest;
    }

    private String newSalt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return modularCrypt(salt, new byte[DIGEST_BYTES]).substring("$2a$12$".length(), "$2a$12$".length() + 22);
    }

    private String modularCrypt(byte[] salt, byte[] digest) {
        try {
            return ModularCrypt.encodeAsString(
                    BCryptPassword.createRaw(BCryptPassword.ALGORITHM_BCRYPT, digest, salt, cost));
        } catch (InvalidKeySpecException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Brings a password to 44 bytes, which bcrypt takes whole: it reads no more than 72. */
    private static byte[] prehash(String password, String salt) {
        byte[] mac = HmacSha256.of(salt.getBytes(US_ASCII), password.getBytes(UTF_8));
        return Base64.getEncoder().encode(mac);
    }

    private String digest(byte[] key, int cost, String salt) {
        computed.increment();
        try {
            var decoded = (BCryptPassword) ModularCrypt.decode("$2a$%02d$%s%s".formatted(cost, salt, ".".repeat(31)));
            var spec = new EncryptablePasswordSpec(
                    BytesAsText.of(key),
                    new IteratedSaltedPasswordAlgorithmSpec(cost, decoded.getSalt()),
                    BytesAsText.CHARSET);
            var factory = PasswordFactory.getInstance(BCryptPassword.ALGORITHM_BCRYPT, elytron);
            String crypt = ModularCrypt.encodeAsString(factory.generatePassword(spec));
            return crypt.substring(crypt.length() - 31);
        } catch (InvalidKeySpecException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean same(String digest, String other) {
        return MessageDigest.isEqual(digest.getBytes(US_ASCII), other.getBytes(US_ASCII));
    }
}
