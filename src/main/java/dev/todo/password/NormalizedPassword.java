package dev.todo.password;

import java.text.Normalizer;

/**
 * A password in the one form that all ways of typing it have in common: keyboards differ in how they compose an é.
 *
 * @see <a href="https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver">NIST SP 800-63B, section 3.1.1.2</a>
 */
record NormalizedPassword(String text) {

    /** Longer than any password may be, and short enough: normalising takes the square of the length. */
    private static final int MAX_LENGTH = 256;

    /** What is too long for a password stays as it is. */
    static NormalizedPassword of(String typed) {
        if (typed.length() > MAX_LENGTH) {
            return new NormalizedPassword(typed);
        }
        return new NormalizedPassword(Normalizer.normalize(typed, Normalizer.Form.NFKC));
    }
}
