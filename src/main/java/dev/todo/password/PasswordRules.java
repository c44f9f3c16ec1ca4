package dev.todo.password;

import java.util.Locale;

/** What a new password must satisfy that takes more than itself to check; the rest is in {@link NewPassword}. */
public final class PasswordRules {

    /** One or two letters are in every other password. */
    private static final int MIN_LOCAL_PART = 3;

    private PasswordRules() {}

    /** Whether a password contains what stands before the @ of an e-mail address. */
    public static boolean containsLocalPart(String password, String email) {
        String localPart = normalized(email.substring(0, Math.max(0, email.lastIndexOf('@'))));
        return localPart.length() >= MIN_LOCAL_PART && normalized(password).contains(localPart);
    }

    private static String normalized(String text) {
        return NormalizedPassword.of(text).text().toLowerCase(Locale.ROOT);
    }
}
