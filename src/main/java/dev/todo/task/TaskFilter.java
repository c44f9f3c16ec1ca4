package dev.todo.task;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which tasks a list has: those for which all of this holds.
 *
 * @param priorities any of them, or any at all if empty
 * @param tags all of them
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

    boolean wantsDueDate() {
        return dueFrom.isPresent() || dueTo.isPresent();
    }
}
