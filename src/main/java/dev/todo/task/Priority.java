package dev.todo.task;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.stream.Stream;

/** How urgent a task is, most urgent first: the database keeps and sorts the ordinal. */
public enum Priority {
    HIGH,
    MEDIUM,
    LOW;

    /** @throws IllegalArgumentException if it is none; the message completes "priority …" */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Priority parse(String text) {
        return Stream.of(values())
                .filter(priority -> priority.wireName().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be high, medium or low"));
    }

    @JsonValue
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
