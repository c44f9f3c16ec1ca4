package dev.todo.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.common.Secrets;
import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.SqlLog;
import dev.todo.testing.TestEnvironment;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.ws.rs.core.MultivaluedHashMap;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a page costs: PostgreSQL explains the very statements that the service sends, for a user with 100,000 tasks. The
 * thousandth page must read an index range as the first one does, and neither the table nor what was skipped.
 */
@QuarkusTest
@SuppressWarnings("EnumOrdinal") // the database keeps it
class PagingCostTest extends ApiTest {

    private static final int TASKS = 100_000;
    private static final int LIMIT = 50;

    /** 51 rows, each on a page of its own at worst, and the way down the index. */
    private static final int MAX_PAGES_READ = 120;

    private static User user;

    @BeforeEach
    void createTasksOnce() {
        if (user != null) {
            return;
        }
        var owner = newUser();
        Database.underTest().query("""
                insert into tasks (id, user_id, title, completed, priority, tags, due_at, due_all_day, created_at, updated_at)
                select gen_random_uuid(), ?, md5(i::text), false, i % 3, '{}',
                       case when i % 4 = 0 then null else timestamptz '2026-01-01 00:00Z' + (i::bigint * 7919 % 3650) * interval '1 day' end,
                       i % 4 <> 0, timestamptz '2026-01-01 00:00Z' + (i::bigint * 7919 % ?) * interval '1 minute',
                       timestamptz '2026-01-01 00:00Z' + (i::bigint * 104729 % ?) * interval '1 minute'
                from generate_series(1, ?) as i""", UUID.fromString(owner.id()), TASKS, TASKS, TASKS);
        Database.underTest().query("vacuum analyze tasks");
        user = owner;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "due_date",
                "-due_date",
                "priority",
                "-priority",
                "title",
                "-title",
                "created_at",
                "-created_at",
                "updated_at",
                "-updated_at"
            })
    void theThousandthPageCostsWhatTheFirstDid(String sort) throws Exception {
        var query = query(sort);
        readPage(sort, null);
        List<Object> first = new ArrayList<>(List.of(UUID.fromString(user.id()), 0, LIMIT + 1));
        assertReadsAnIndexRange(first);

        Task last = taskAt(query.sort(), 999 * LIMIT - 1);
        readPage(
                sort,
                new Cursors(new Secrets(TestEnvironment.JWT_SECRET, Optional.empty()))
                        .encode(UUID.fromString(user.id()), query, last));
        assertReadsAnIndexRange(List.of(UUID.fromString(user.id()), value(query.sort(), last), last.id, 0, LIMIT + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"due_date", "-due_date"})
    void aPageOfTasksWithoutADueDateReadsAnIndexRangeToo(String sort) throws Exception {
        var query = query(sort);
        Task last = taskAt(query.sort(), TASKS * 7 / 8);
        assertEquals(null, last.dueAt);
        readPage(
                sort,
                new Cursors(new Secrets(TestEnvironment.JWT_SECRET, Optional.empty()))
                        .encode(UUID.fromString(user.id()), query, last));
        assertReadsAnIndexRange(List.of(UUID.fromString(user.id()), last.id, 0, LIMIT + 1));
    }

    private static void readPage(String sort, String cursor) {
        var request = user.client().queryParam("sort", sort);
        if (cursor != null) {
            request.queryParam("cursor", cursor);
        }
        assertEquals(
                LIMIT,
                request.get("/api/tasks")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath()
                        .getList("items")
                        .size());
    }

    private static TaskQuery query(String sort) {
        var parameters = new MultivaluedHashMap<String, String>();
        parameters.add("sort", sort);
        return TaskQuery.parse(parameters);
    }

    private static Object value(TaskSort sort, Task task) {
        return switch (sort.key()) {
            case DUE_DATE -> task.dueAt.atOffset(ZoneOffset.UTC);
            case PRIORITY -> task.priority.ordinal();
            case TITLE -> task.title;
            case CREATED_AT -> task.createdAt.atOffset(ZoneOffset.UTC);
            case UPDATED_AT -> task.updatedAt.atOffset(ZoneOffset.UTC);
        };
    }

    private static Task taskAt(TaskSort sort, int position) throws SQLException {
        String column =
                sort.key() == TaskSort.Key.DUE_DATE ? "due_at" : sort.key().wireName();
        String direction = sort.descending() ? " desc" : " asc";
        try (var connection = Database.underTest().connect();
                var statement = connection.prepareStatement(
                        "select id, title, priority, due_at, created_at, updated_at from tasks"
                                + " where user_id = ? order by " + column + direction + " nulls last, id" + direction
                                + " offset ? limit 1")) {
            statement.setObject(1, UUID.fromString(user.id()));
            statement.setInt(2, position);
            var row = statement.executeQuery();
            assertTrue(row.next());
            var task = new Task();
            task.id = row.getObject("id", UUID.class);
            task.title = row.getString("title");
            task.priority = Priority.values()[row.getInt("priority")];
            task.dueAt = instant(row.getObject("due_at", OffsetDateTime.class));
            task.createdAt = instant(row.getObject("created_at", OffsetDateTime.class));
            task.updatedAt = instant(row.getObject("updated_at", OffsetDateTime.class));
            return task;
        }
    }

    private static Instant instant(OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static void assertReadsAnIndexRange(List<Object> parameters) throws Exception {
        String sql = SqlLog.statements().stream()
                .filter(statement -> statement.startsWith("select") && statement.contains("from tasks"))
                .reduce((first, last) -> last)
                .orElseThrow();
        try (var connection = Database.underTest().connect();
                var statement = connection.prepareStatement("explain (analyze, buffers, format json) " + sql)) {
            for (int i = 0; i < parameters.size(); i++) {
                statement.setObject(i + 1, parameters.get(i));
            }
            var row = statement.executeQuery();
            assertTrue(row.next());
            JsonNode plan = new ObjectMapper().readTree(row.getString(1)).get(0).get("Plan");
            String text = plan.toPrettyString();
            assertTrue(text.contains("\"Index Scan\""), text);
            assertTrue(!text.contains("Seq Scan") && !text.contains("Bitmap") && !text.contains("Sort"), text);
            int pages = plan.get("Shared Hit Blocks").asInt()
                    + plan.get("Shared Read Blocks").asInt();
            assertTrue(pages <= MAX_PAGES_READ, text);
        }
    }
}
