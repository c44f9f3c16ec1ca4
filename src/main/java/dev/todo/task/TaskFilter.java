package dev.todo.task;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which tasks a list has: those for which all of this holds.
 *
 * @param priorities any of them, or any at all if empty
 * @param tags all of them, each once
 * @param text found in title or description, without regard to case
 * @param dueFrom first day or moment; a task that is due on a day is within if any part of the day is
 * @param dueTo last day or moment
 */
record TaskFilter(
        Optional<Boolean> completed,
        Set<Priority> priorities,
        List<String> tags,
        Optional<String> text,
        Optional<DueDate> dueFrom,
        Optional<DueDate> dueTo) {

    /** The same text for the same filter, and another for any other: no parameter has a U+0000 in it, no tag is empty. */
    String canonical() {
        return Stream.of(
                        Stream.of(completed, text, dueFrom, dueTo),
                        priorities.stream(),
                        tags.stream().sorted().map(TaskFilter::canonical))
                .flatMap(parts -> parts)
                .map(Object::toString)
                .collect(Collectors.joining("\0"));
    }

    /** One that is written like a priority has an empty part before it. */
    private static String canonical(String tag) {
        boolean isLikePriority =
                Stream.of(Priority.values()).map(Priority::toString).anyMatch(tag::equals);
        return isLikePriority ? "\0" + tag : tag;
    }

    /** Whether a list has all tasks of the user. */
    boolean isEmpty() {
        return completed.isEmpty() && priorities.isEmpty() && !wantsDueDate() && !isSearch();
    }

    /** Whether all tasks of the user may have to be read, however short the page is. */
    boolean isSearch() {
        return text.isPresent() || !tags.isEmpty();
    }

    boolean wantsDueDate() {
        return dueFrom.isPresent() || dueTo.isPresent();
    }
}
