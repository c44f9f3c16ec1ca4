package dev.todo.task;

import dev.todo.problem.Problem.FieldError;
import dev.todo.problem.ProblemException;
import dev.todo.task.Cursors.Position;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ImageMode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.QueryTimeoutException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.hibernate.jpa.HibernateHints;
import org.hibernate.query.hql.internal.HqlParseTreeBuilder;

/**
 * Reads a list of tasks page by page. Paging is by key: a page is an index range that begins after the last task of the page
 * before, so that any page costs the same, and tasks that come and go meanwhile shift nothing.
 */
@ApplicationScoped
class TaskList {

    static {
        if (ImageMode.current() == ImageMode.NATIVE_BUILD) {
            rehearseParsing();
        }
    }

    /** After that the database would go on when the connection has been given up. */
    private static final int SECONDS_TO_SEARCH = 4;

    private static final int SECONDS_TO_FILTER = 1;

    private static final Duration RETRY = Duration.ofSeconds(1);

    /** As a capital letter, as a small one, and as that at the end of a word. */
    private static final Pattern SIGMA = Pattern.compile("[Σσς]");

    private final Cursors cursors;
    private final ListMemory memory;
    private final SearchTurns turns;

    TaskList(Cursors cursors, ListMemory memory, SearchTurns turns) {
        this.cursors = cursors;
        this.memory = memory;
        this.turns = turns;
    }

    /** @throws ProblemException 400 if the cursor is not one of this list, 503 if too much is being read or it takes too long */
    TaskPage page(UUID owner, TaskQuery query) {
        Position after = query.cursor()
                .map(cursor -> cursors.decode(owner, query, cursor)
                        .orElseThrow(() -> ProblemException.invalid(
                                List.of(new FieldError("cursor", "is not a next_cursor of this list")))))
                .orElse(null);
        int count = query.limit() + 1;
        List<Task> tasks;
        if (query.filter().isEmpty()) {
            tasks = memory.readForAnswer(query.limit(), () -> read(owner, query, after, count, Range::tasks));
        } else if (query.filter().isSearch()) {
            tasks = search(owner, query, after, count);
        } else {
            tasks = filter(owner, query, after, count);
        }
        boolean isLast = tasks.size() <= query.limit();
        List<Task> items = isLast ? tasks : tasks.subList(0, query.limit());
        return new TaskPage(
                items.stream().map(TaskView::of).toList(),
                isLast ? null : cursors.encode(owner, query, items.get(items.size() - 1)));
    }

    /** Is as quick as any list, unless few of very many tasks are wanted: that is a search like others. */
    private List<Task> filter(UUID owner, TaskQuery query, Position after, int count) {
        try {
            return query.limit() > TaskQuery.DEFAULT_LIMIT
                    ? memory.filter(() -> find(owner, query, after, count, SECONDS_TO_FILTER))
                    : memory.readForAnswer(
                            query.limit(),
                            () -> read(owner, query, after, count, (range, n) -> range.tasks(n, SECONDS_TO_FILTER)));
        } catch (QueryTimeoutException e) {
            return search(owner, query, after, count);
        }
    }

    private List<Task> search(UUID owner, TaskQuery query, Position after, int count) {
        try {
            return turns.search(owner, () -> find(owner, query, after, count, SECONDS_TO_SEARCH));
        } catch (QueryTimeoutException e) {
            throw ProblemException.unavailable(
                    "The search took too long; look for something else, or filter more.", RETRY);
        }
    }

    /** Finds ids first: who reads a list does not wait for memory that is kept for seconds. */
    private List<Task> find(UUID owner, TaskQuery query, Position after, int count, int seconds) {
        return QuarkusTransaction.requiringNew().call(() -> {
            // The tasks are still those that were found.
            Task.getEntityManager()
                    .createNativeQuery("set transaction isolation level repeatable read, read only")
                    .executeUpdate();
            List<UUID> ids = read(owner, query, after, count, (range, n) -> range.ids(n, seconds));
            return memory.readForAnswer(query.limit(), () -> Task.listInOrder(owner, ids));
        });
    }

    private static <T> List<T> read(
            UUID owner, TaskQuery query, Position after, int count, BiFunction<Range, Integer, List<T>> reading) {
        if (query.sort().key() != TaskSort.Key.DUE_DATE) {
            return reading.apply(new Range(owner, query).after(after), count);
        }
        // Two ranges of one index, since "nulls last" in both directions is no order that an index has.
        List<T> rows = new ArrayList<>();
        if (after == null || after.value() != null) {
            rows.addAll(reading.apply(
                    new Range(owner, query).and("dueAt is not null").after(after), count));
        }
        if (rows.size() < count && !query.filter().wantsDueDate()) {
            var range = new Range(owner, query)
                    .and("dueAt is null")
                    .after(after == null || after.value() != null ? null : after);
            rows.addAll(reading.apply(range, count - rows.size()));
        }
        return rows;
    }

    /**
     * The parser of HQL learns its grammar as it reads, and the first query takes it a while. What it learns while a native
     * image is built, it has learnt when the image starts.
     */
    private static void rehearseParsing() {
        for (String query : List.of(
                "from Task where userId = :owner order by createdAt desc, id desc",
                "from Task where userId = :owner and completed = :completed and priority in :priorities"
                        + " and (createdAt, id) < (:lastValue, :lastId) order by createdAt asc, id asc",
                "select id from Task where userId = :owner and array_includes(tags, :tags)"
                        + " and (title ilike :text escape '\\' or description ilike :text escape '\\')"
                        + " and dueAt >= :dueFromDay and (dueAllDay = true or dueAt >= :dueFrom) and dueAt is not null"
                        + " order by dueAt asc, id asc",
                "from Task where userId = :owner and id in :ids")) {
            var parser = HqlParseTreeBuilder.INSTANCE.buildHqlParser(
                    query, HqlParseTreeBuilder.INSTANCE.buildHqlLexer(query));
            parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
            parser.setErrorHandler(new BailErrorStrategy());
            parser.statement();
        }
    }

    /** A query for a range of a user's tasks in some order. */
    private static final class Range {

        private final TaskSort sort;
        private final StringBuilder conditions = new StringBuilder("userId = :owner");
        private final Map<String, Object> parameters = new HashMap<>();

        private Range(UUID owner, TaskQuery query) {
            this.sort = query.sort();
            this.parameters.put("owner", owner);
            var filter = query.filter();
            filter.completed().ifPresent(completed -> and("completed = :completed", "completed", completed));
            if (!filter.priorities().isEmpty()) {
                and("priority in :priorities", "priorities", filter.priorities());
            }
            if (!filter.tags().isEmpty()) {
                and("array_includes(tags, :tags)", "tags", filter.tags().toArray(String[]::new));
            }
            filter.text().ifPresent(this::andText);
            filter.dueFrom()
                    .ifPresent(from -> and(
                                    "dueAt >= :dueFromDay",
                                    "dueFromDay",
                                    from.start().truncatedTo(ChronoUnit.DAYS))
                            .and("(dueAllDay = true or dueAt >= :dueFrom)", "dueFrom", from.start()));
            filter.dueTo().ifPresent(to -> and("dueAt < :dueEnd", "dueEnd", to.end()));
        }

        private Range and(String condition) {
            conditions.append(" and ").append(condition);
            return this;
        }

        private Range and(String condition, String parameter, Object value) {
            parameters.put(parameter, value);
            return and(condition);
        }

        private Range andText(String text) {
            String pattern = "%" + text.replaceAll("[\\\\%_]", "\\\\$0") + "%";
            if (!SIGMA.matcher(text).find()) {
                return and("(title ilike :text escape '\\' or description ilike :text escape '\\')", "text", pattern);
            }
            // Which small letter a capital one becomes depends on what is around it: in a title that is something else.
            return and(
                    "(translate(title, 'Σς', 'σσ') ilike :text escape '\\'"
                            + " or translate(description, 'Σς', 'σσ') ilike :text escape '\\')",
                    "text",
                    SIGMA.matcher(pattern).replaceAll("σ"));
        }

        private Range after(Position position) {
            if (position == null) {
                return this;
            }
            String comparison = sort.descending() ? " < " : " > ";
            parameters.put("lastId", position.id());
            return position.value() == null
                    ? and("id" + comparison + ":lastId")
                    : and(
                            "(" + sort.key().attribute() + ", id)" + comparison + "(:lastValue, :lastId)",
                            "lastValue",
                            position.value());
        }

        /** Reads tasks off an index, which has no clock to pay for. */
        private List<Task> tasks(int count) {
            return query(count).list();
        }

        /** @throws QueryTimeoutException after the given time */
        private List<Task> tasks(int count, int seconds) {
            return query(count).withHint(HibernateHints.HINT_TIMEOUT, seconds).list();
        }

        private PanacheQuery<Task> query(int count) {
            return Task.<Task>find(conditionsAndOrder(), parameters)
                    .page(0, count)
                    .withHint(HibernateHints.HINT_READ_ONLY, true);
        }

        /** @throws QueryTimeoutException after the given time */
        private List<UUID> ids(int count, int seconds) {
            return Task.find("select id from Task where " + conditionsAndOrder(), parameters)
                    .page(0, count)
                    .withHint(HibernateHints.HINT_TIMEOUT, seconds)
                    .project(UUID.class)
                    .list();
        }

        private String conditionsAndOrder() {
            String direction = sort.descending() ? " desc" : " asc";
            return conditions + " order by " + sort.key().attribute() + direction + ", id" + direction;
        }
    }
}
