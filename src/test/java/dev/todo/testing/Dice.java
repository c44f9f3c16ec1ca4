package dev.todo.testing;

import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Chance that can be had again: what it gives depends on a seed, what it is for, and the number of the case, and not on which
 * thread comes first. The seed is fixed, so that a build does not fail for what nobody changed; {@code -Dfuzz.seed=random}
 * goes and looks for something new, and {@code -Dfuzz.seed=<number>} comes back to what that found.
 *
 * <p>This is not jqwik: its engine is one of JUnit Platform 1 and Quarkus brings JUnit 6, and versions from 1.10 on ask not
 * to be used with coding agents.
 */
public final class Dice {

    public static final long SEED = seed(System.getProperty("fuzz.seed", "20260712"));

    private final int number;
    private final SplittableRandom random;

    public Dice(String what, int number) {
        this.number = number;
        // Through a generator first, since those of neighbouring seeds begin alike.
        this.random = new SplittableRandom(new SplittableRandom(SEED + what.hashCode() * 0x1_0000_0001L).nextLong()
                        + number * 0x9E37_79B9_7F4A_7C15L)
                .split();
    }

    private static long seed(String text) {
        return text.equals("random") ? new SecureRandom().nextInt() & 0x7fff_ffffL : Long.parseLong(text);
    }

    /** The number of the case, from 0. */
    public int number() {
        return number;
    }

    /** From 0 to less than the bound. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    public boolean oneIn(int chances) {
        return below(chances) == 0;
    }

    public <T> T of(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    public final <T> T of(T... choices) {
        return choices[below(choices.length)];
    }

    /** A length up to the maximum, most of them short. */
    public int length(int max) {
        return below(below(below(max + 1) + 1) + 1);
    }

    /** Characters from U+0000 to U+00FF, of which each may be a byte. */
    public String noise(int length) {
        var noise = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            noise.append((char) below(0x100));
        }
        return noise.toString();
    }

    /** The text with some damage: to a bit, a character, a range, its beginning or its end. */
    public String damage(String text) {
        String damaged = text;
        do {
            int from = below(damaged.length() + 1);
            int to = Math.min(damaged.length(), from + (oneIn(3) ? length(damaged.length()) : below(4)));
            String before = damaged.substring(0, from);
            String range = damaged.substring(from, to);
            String after = damaged.substring(to);
            damaged = switch (below(8)) {
                case 0 -> before;
                case 1 -> after;
                case 2 -> before + after;
                case 3 -> before + range + range + after;
                case 4 -> after + range + before;
                case 5 -> before + noise(1 + below(3)) + range + after;
                case 6 -> before + of("\0", "\u007f", "\u0080", "\u00ff", ".", "=", "\"", "\\", "%", "-", "9") + after;
                default -> flip(damaged);
            };
        } while (oneIn(3));
        return damaged;
    }

    /** The text with a bit of one character in U+0000 to U+00FF flipped. */
    public String flip(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int at = below(text.length());
        return text.substring(0, at) + (char) (text.charAt(at) ^ 1 << below(8)) + text.substring(at + 1);
    }
}
