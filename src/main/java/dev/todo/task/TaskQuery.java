package dev.todo.task;

import dev.todo.problem.Problem.FieldError;
import dev.todo.problem.ProblemException;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The parameters of a list: strict, since a misspelt filter that is ignored shows tasks that nobody asked for. */
record TaskQuery(TaskFilter filter, TaskSort sort, int limit, Optional<String> cursor) {

    static final int DEFAULT_LIMIT = 50;
    static final int MAX_LIMIT = 200;

    private static final int MAX_TEXT = 200;

    /** Vert.x ignores what comes after the 1,024th. */
    private static final int MAX_PARAMETERS = 100;

    private static final Set<String> NAMES =
            Set.of("completed", "priority", "tag", "q", "due_from", "due_to", "sort", "limit", "cursor");

    /** @throws ProblemException 400 that names every parameter that is unknown or has an unknown value */
    static TaskQuery parse(MultivaluedMap<String, String> parameters) {
        var reader = new Reader(parameters);
        var query = new TaskQuery(
                new TaskFilter(
                        reader.one("completed", TaskQuery::parseBoolean),
                        reader.priorities(),
                        reader.all("tag", TaskQuery::parseTag).stream()
                                .distinct()
                                .toList(),
                        reader.one("q", TaskQuery::parseText).filter(text -> !text.isEmpty()),
                        reader.one("due_from", DueDate::parse),
                        reader.one("due_to", DueDate::parse)),
                reader.one("sort", TaskQuery::parseSort).orElse(TaskSort.NEWEST_FIRST),
                reader.one("limit", TaskQuery::parseLimit).orElse(DEFAULT_LIMIT),
                reader.one("cursor", cursor -> cursor));
        if (!reader.errors.isEmpty()) {
            throw ProblemException.invalid(reader.errors);
        }
        return query;
    }

    /** Of a long one, every character is looked for at every character of every task. */
    private static String parseText(String text) {
        if (text.codePointCount(0, text.length()) > MAX_TEXT) {
            throw new IllegalArgumentException("must have at most %d characters".formatted(MAX_TEXT));
        }
        return text;
    }

    private static boolean parseBoolean(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private static String parseTag(String text) {
        int length = text.codePointCount(0, text.length());
        if (length < 1 || length > 50) {
            throw new IllegalArgumentException("must have 1 to 50 characters");
        }
        return text;
    }

    private static TaskSort parseSort(String text) {
        return TaskSort.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "must be one of " + TaskSort.choices() + ", with - in front for the reverse"));
    }

    private static int parseLimit(String text) {
        if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MAX_LIMIT) {
            throw new IllegalArgumentException("must be a number from 1 to " + MAX_LIMIT);
        }
        return Integer.parseInt(text);
    }

    private static final class Reader {

        private final MultivaluedMap<String, String> parameters;
        private final List<FieldError> errors = new ArrayList<>();

        private Reader(MultivaluedMap<String, String> parameters) {
            this.parameters = parameters;
            if (parameters.values().stream().mapToInt(List::size).sum() > MAX_PARAMETERS) {
                throw ProblemException.malformed("There are more than %d parameters.".formatted(MAX_PARAMETERS));
            }
            parameters.keySet().stream()
                    .filter(name -> !NAMES.contains(name))
                    .forEach(name -> errors.add(new FieldError(name, "is not a known parameter")));
        }

        private <T> Optional<T> one(String name, Function<String, T> parser) {
            var values = parameters.getOrDefault(name, List.of());
            if (values.size() > 1) {
                errors.add(new FieldError(name, "must not be repeated"));
                return Optional.empty();
            }
            return all(name, parser).stream().findFirst();
        }

        private Set<Priority> priorities() {
            Set<Priority> priorities = EnumSet.noneOf(Priority.class);
            priorities.addAll(all("priority", Priority::parse));
            return priorities;
        }

        private <T> List<T> all(String name, Function<String, T> parser) {
            List<T> parsed = new ArrayList<>();
            for (String value : parameters.getOrDefault(name, List.of())) {
                try {
                    if (value.indexOf('\0') >= 0) {
                        throw new IllegalArgumentException("must not contain U+0000");
                    }
                    parsed.add(parser.apply(value));
                } catch (IllegalArgumentException e) {
                    errors.add(new FieldError(name, e.getMessage()));
                }
            }
            return parsed;
        }
    }
}
