package dev.todo.password;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.codec.digest.DigestUtils;

/** Passwords that guessers try first: {@code common-passwords.txt}, kept as 64 bits each. */
final class CommonPasswords {

    // Read while a native image is built; on a JVM, with the first password that is chosen
    private static final long[] HASHES = read("/common-passwords.txt");

    private CommonPasswords() {}

    /** Whether a password is one of them, in capitals or not. */
    static boolean contain(NormalizedPassword password) {
        return Arrays.binarySearch(HASHES, hash(password.text())) >= 0;
    }

    private static long[] read(String resource) {
        try (var reader =
                new BufferedReader(new InputStreamReader(CommonPasswords.class.getResourceAsStream(resource), UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .mapToLong(CommonPasswords::hash)
                    .sorted()
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long hash(String password) {
        return ByteBuffer.wrap(DigestUtils.sha256(password.toLowerCase(Locale.ROOT)))
                .getLong();
    }
}
