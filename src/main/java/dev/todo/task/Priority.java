package dev.todo.task;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.todo.json.TextDeserializer;
import java.util.Locale;
import java.util.stream.Stream;

/** How urgent a task is, most urgent first: the database keeps and sorts the ordinal. */
@JsonDeserialize(using = Priority.Deserializer.class)
public enum Priority {
    HIGH,
    MEDIUM,
    LOW;

    /** @throws IllegalArgumentException if it is none; the message completes "priority …" */
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

    static final class Deserializer extends TextDeserializer<Priority> {

        Deserializer() {
            super(Priority.class);
        }

        @Override
        protected Priority parse(String text) {
            return Priority.parse(text);
        }
    }
}
