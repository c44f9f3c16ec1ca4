package dev.todo.password;

/**
 * A password as it is stored.
 *
 * @param text in passlib's format
 * @param isOfNormalized whether it is of the password's NFKC form, or, as the Python backend wrote it, of what was typed
 */
public record PasswordHash(String text, boolean isOfNormalized) {}
