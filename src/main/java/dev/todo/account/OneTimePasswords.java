package dev.todo.account;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.eatthepath.otp.TimeBasedOneTimePasswordGenerator;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;

/**
 * Compares one-time passwords with those of now.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6238">RFC 6238, TOTP</a>
 */
final class OneTimePasswords {

    private final TimeBasedOneTimePasswordGenerator generator = new TimeBasedOneTimePasswordGenerator();

    /** The step of time that a password is of: this one or a neighbour, for clocks that are not quite right. */
    Optional<Long> stepOf(byte[] secret, String oneTimePassword) {
        var key = new SecretKeySpec(secret, generator.getAlgorithm());
        long seconds = generator.getTimeStep().toSeconds();
        long now = Instant.now().getEpochSecond() / seconds;
        return Stream.of(now, now - 1, now + 1)
                .filter(step -> MessageDigest.isEqual(
                        oneTimePassword(key, Instant.ofEpochSecond(step * seconds))
                                .getBytes(US_ASCII),
                        oneTimePassword.getBytes(US_ASCII)))
                .findFirst();
    }

    private String oneTimePassword(SecretKeySpec key, Instant time) {
        try {
            return generator.generateOneTimePasswordString(key, time, Locale.ROOT);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }
}
