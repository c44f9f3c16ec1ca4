package dev.todo.task;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The order of a list: by a key, and by id where the keys are equal.
 *
 * @param descending both in reverse; tasks that have no due date come last either way
 */
record TaskSort(Key key, boolean descending) {

    static final TaskSort NEWEST_FIRST = new TaskSort(Key.CREATED_AT, true);

    /** What tasks can be sorted by, as an attribute of {@link Task} that an index begins with. */
    enum Key {
        DUE_DATE("dueAt"),
        PRIORITY("priority"),
        TITLE("title"),
        CREATED_AT("createdAt"),
        UPDATED_AT("updatedAt");

        private final String attribute;

        Key(String attribute) {
            this.attribute = attribute;
        }

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        String attribute() {
            return attribute;
        }

        /** The task's value as text: null if it has none, which only a due date may lack. */
        String textOf(Task task) {
            return switch (this) {
                case DUE_DATE -> task.dueAt == null ? null : task.dueAt.toString();
                case PRIORITY -> task.priority.wireName();
                case TITLE -> task.title;
                case CREATED_AT -> task.createdAt.toString();
                case UPDATED_AT -> task.updatedAt.toString();
            };
        }

        /** The value of a {@link #textOf text}. */
        Object parse(String text) {
            return switch (this) {
                case DUE_DATE, CREATED_AT, UPDATED_AT -> Instant.parse(text);
                case PRIORITY -> Priority.parse(text);
                case TITLE -> text;
            };
        }
    }

    static Optional<TaskSort> parse(String text) {
        boolean descending = text.startsWith("-");
        String name = descending ? text.substring(1) : text;
        return Arrays.stream(Key.values())
                .filter(key -> key.wireName().equals(name))
                .map(key -> new TaskSort(key, descending))
                .findFirst();
    }

    static String choices() {
        return Arrays.stream(Key.values()).map(Key::wireName).collect(Collectors.joining(", "));
    }
}
