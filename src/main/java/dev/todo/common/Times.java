package dev.todo.common;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as PostgreSQL keeps them. */
public final class Times {

    private Times() {}

    /** The present, to the microsecond, so that what is answered first is what is read later. */
    public static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
