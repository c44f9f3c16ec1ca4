package dev.todo.common;

import java.util.Optional;
import java.util.UUID;

/** Ids as text. */
public final class Ids {

    private Ids() {}

    /** Reads an id in the one form of RFC 9562; {@link UUID#fromString} alone also takes {@code 1-1-1-1-1}. */
    public static Optional<UUID> parse(String text) {
        try {
            return Optional.of(UUID.fromString(text)).filter(id -> id.toString().equalsIgnoreCase(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
