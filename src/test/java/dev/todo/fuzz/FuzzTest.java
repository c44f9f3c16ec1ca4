package dev.todo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.todo.fuzz.Queries.Page;
import dev.todo.fuzz.Volley.Aftermath;
import dev.todo.fuzz.Volley.Fault;
import dev.todo.fuzz.Wire.Answer;
import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import dev.todo.testing.Dice;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What nobody thought of: 95,000 requests that are made up, most of them from good ones, against everything that reads what a
 * client sends. Each must get one of the few answers that fit, none of them a 500, and afterwards all must be in order.
 *
 * @see Dice on how to have the same again, or others
 */
@QuarkusTest
class FuzzTest extends ApiTest {

    @Test
    void tokens() throws Exception {
        var user = newUser();
        var other = newUser();
        var tokens = new Tokens(user.token(), other.token());
        fire("tokens", 37_500, tokens::next, Aftermath.NONE);
        assertEquals(List.of(), tasks(user));
        assertEquals(List.of(), tasks(other));
    }

    @Test
    void cursors() throws Exception {
        fire("cursors", 15_000, queries()::cursor, Aftermath.NONE);
    }

    @Test
    void dates() throws Exception {
        fire("dates", 14_000, queries()::date, Aftermath.NONE);
    }

    @Test
    void parameters() throws Exception {
        // Half of these search, and the searches of one user wait for each other.
        List<Queries> users = new ArrayList<>();
        for (int i = 0; i < Volley.CONNECTIONS; i++) {
            users.add(queries());
        }
        fire(
                "parameters",
                8_000,
                dice -> users.get(dice.number() % users.size()).parameter(dice),
                Aftermath.NONE);
    }

    @Test
    void paths() throws Exception {
        fire("paths", 1_500, queries()::path, Aftermath.NONE);
    }

    @Test
    void newTasks() throws Exception {
        var user = newUser();
        var bodies = new Bodies(bearer(user), user.email(), PASSWORD, List.of());
        var volley = fire("new tasks", 9_000, bodies::create, Aftermath.NONE);
        assertEquals(volley.count(201), tasks(user).size());
    }

    @Test
    void changedTasks() throws Exception {
        var user = newUser();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < Volley.CONNECTIONS; i++) {
            ids.add(user.createTask("Pay rent"));
        }
        var bodies = new Bodies(bearer(user), user.email(), PASSWORD, ids);
        // What each task is, by the last answer that told.
        var known = new AtomicReferenceArray<JsonNode>(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            known.set(i, task(user, ids.get(i)));
        }
        fire("changed tasks", 4_000, bodies::change, (wire, number, request, answer) -> {
            int index = number % ids.size();
            if (answer.status() == 200) {
                known.set(index, answer.json());
            }
            var stored = wire.send(Request.get("/api/tasks/" + ids.get(index), null, bearer(user)));
            return known.get(index).equals(stored.json())
                    ? null
                    : new Fault("the task is another than the answer said", stored.body());
        });
        assertEquals(ids.size(), tasks(user).size());
    }

    @Test
    void logIns() throws Exception {
        var user = newUser();
        fire("log-ins", 2_000, new Bodies(null, user.email(), PASSWORD, List.of())::logIn, Aftermath.NONE);
    }

    @Test
    void accounts() throws Exception {
        var user = newUser();
        List<String> password = password(user);
        fire("accounts", 2_500, new AccountBodies(bearer(user))::next, Aftermath.NONE);
        user.client().get("/auth/me").then().statusCode(200);
        assertEquals(password, password(user));
        assertEquals(
                List.of(),
                Database.underTest()
                        .query("select 1 from second_factors where user_id = ?", UUID.fromString(user.id())));
    }

    @Test
    void headers() throws Exception {
        var user = newUser();
        var bodies = new Bodies(bearer(user), user.email(), PASSWORD, List.of());
        var volley = fire("headers", 1_500, bodies::header, Aftermath.NONE);
        assertEquals(volley.count(201), tasks(user).size());
    }

    private static List<String> password(User user) {
        return Database.underTest().query("select hashed_password from users where id = ?", UUID.fromString(user.id()));
    }

    private static Volley fire(String name, int count, Function<Dice, Request> generator, Aftermath aftermath)
            throws Exception {
        return new Volley(name, service()).fire(count, generator, aftermath);
    }

    private static URI service() {
        return URI.create(RestAssured.baseURI + ":" + RestAssured.port);
    }

    private static String bearer(User user) {
        return "Bearer " + user.token();
    }

    /** Of somebody with lists in all orders, some of them filtered. */
    private static Queries queries() throws IOException {
        var user = newUser();
        List<String> ids = createTasks(user);
        var other = newUser();
        createTasks(other);
        List<Page> foreign = pages(other);
        return new Queries(
                bearer(user), pages(user), foreign.stream().map(Page::cursor).toList(), ids);
    }

    private static List<String> createTasks(User user) {
        List<String> ids = new ArrayList<>();
        for (String title : List.of("Pay rent", "x", "\u00e4\u20ac\ud83d\ude00", "100%", "a_b\\c", "x".repeat(200))) {
            Map<String, Object> task = new HashMap<>(Map.of("title", title, "tags", List.of("home")));
            task.put(
                    "due_date",
                    List.of("2026-12-01", "0001-01-01", "9999-12-31T23:59:59.999999Z")
                            .get(ids.size() % 3));
            if (ids.size() > 2) {
                task.remove("due_date");
            }
            ids.add(user.createTask(task));
        }
        return ids;
    }

    private static List<Page> pages(User user) throws IOException {
        List<Page> pages = new ArrayList<>();
        try (var wire = new Wire(service())) {
            for (String key : List.of("due_date", "priority", "title", "created_at", "updated_at")) {
                for (String sort : List.of(key, "-" + key)) {
                    for (String filter : List.of("", "&tag=home", "&completed=false&priority=medium")) {
                        String query = "sort=" + sort + "&limit=2" + filter;
                        String cursor = "";
                        for (int page = 0; page < 2; page++) {
                            String at = cursor.isEmpty() ? query : query + "&cursor=" + cursor;
                            Answer answer = wire.send(Request.get("/api/tasks", at, bearer(user)));
                            cursor = answer.json().get("next_cursor").asText();
                            pages.add(new Page(query, cursor));
                        }
                    }
                }
            }
        }
        return pages;
    }

    /** All tasks of a user, each of which can be listed and read, and is as a task must be. */
    private static List<String> tasks(User user) throws IOException {
        List<String> ids = new ArrayList<>();
        try (var wire = new Wire(service())) {
            String cursor = "";
            do {
                Answer answer = wire.send(Request.get("/api/tasks", "limit=200" + cursor, bearer(user)));
                assertEquals(200, answer.status());
                JsonNode page = answer.json();
                for (var task : page.get("items")) {
                    String id = task.get("id").asText();
                    Answer single = wire.send(Request.get("/api/tasks/" + id, null, bearer(user)));
                    assertEquals(task, single.json());
                    assertIsWhole(task);
                    ids.add(id);
                }
                cursor = page.get("next_cursor").isNull()
                        ? null
                        : "&cursor=" + page.get("next_cursor").asText();
            } while (cursor != null);
        }
        return ids;
    }

    private static JsonNode task(User user, String id) throws IOException {
        try (var wire = new Wire(service())) {
            return wire.send(Request.get("/api/tasks/" + id, null, bearer(user)))
                    .json();
        }
    }

    private static void assertIsWhole(JsonNode task) {
        assertTrue(isText(task.get("title").asText(), 1, 200), task::toString);
        assertTrue(isText(task.get("description").asText(), 0, 10_000), task::toString);
        assertTrue(
                List.of("high", "medium", "low").contains(task.get("priority").asText()), task::toString);
        assertTrue(task.get("tags").size() <= 20, task::toString);
        task.get("tags").forEach(tag -> assertTrue(isText(tag.asText(), 1, 50), task::toString));
        assertEquals(
                task.get("completed").asBoolean(), !task.get("completed_at").isNull(), task::toString);
        String due = task.get("due_date").asText();
        assertTrue(due.matches("null|\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z)?"), task::toString);
    }

    private static boolean isText(String text, int min, int max) {
        int length = text.codePointCount(0, text.length());
        return length >= min
                && length <= max
                && text.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
    }
}
