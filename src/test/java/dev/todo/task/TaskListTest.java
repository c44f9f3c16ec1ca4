package dev.todo.task;

import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class TaskListTest extends ApiTest {

    private User user;

    @BeforeEach
    void signUp() {
        user = newUser();
    }

    @Test
    void aSearchForHalfABookIsRefused() {
        var user = newUser();
        user.client().queryParam("q", "😀".repeat(200)).get("/api/tasks").then().statusCode(200);
        user.client()
                .queryParam("q", "a".repeat(201))
                .get("/api/tasks")
                .then()
                .spec(problem(400))
                .body("errors.field", contains("q"));
    }

    @Test
    void nobodyWithoutTasksHasAny() {
        user.client()
                .get("/api/tasks")
                .then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("items", hasSize(0))
                .body("next_cursor", nullValue())
                .body("size()", equalTo(2));
    }

    @Test
    void newestComesFirstUnlessAskedOtherwise() {
        createAll("a", "b", "c");
        assertEquals(List.of("c", "b", "a"), titles(Map.of()));
        assertEquals(List.of("c", "b", "a"), titles(Map.of("sort", "-created_at")));
        assertEquals(List.of("a", "b", "c"), titles(Map.of("sort", "created_at")));
    }

    @Test
    void titlesSortAsPeopleAlphabetise() {
        createAll(
                "zebra",
                "Äpfel",
                "apple",
                "Banana",
                "ähnlich",
                "banana split",
                "Zoo",
                "élan",
                "Eis",
                "eisig",
                "10 things");
        var expected = List.of(
                "10 things",
                "ähnlich",
                "Äpfel",
                "apple",
                "Banana",
                "banana split",
                "Eis",
                "eisig",
                "élan",
                "zebra",
                "Zoo");
        assertEquals(expected, titles(Map.of("sort", "title")));
        var reversed = new ArrayList<>(expected);
        Collections.reverse(reversed);
        assertEquals(reversed, titles(Map.of("sort", "-title")));
        assertEquals(expected, walk(Map.of("sort", "title"), 1));
        assertEquals(reversed, walk(Map.of("sort", "-title"), 2));
    }

    @Test
    void theMostUrgentComesFirst() {
        for (String priority : List.of("low", "high", "medium")) {
            user.createTask(Map.of("title", priority, "priority", priority));
        }
        assertEquals(List.of("high", "medium", "low"), titles(Map.of("sort", "priority")));
        assertEquals(List.of("low", "medium", "high"), titles(Map.of("sort", "-priority")));
    }

    @Test
    void tasksWithoutADueDateComeLastEitherWay() {
        due("none", null);
        due("moment", "2026-12-01T12:00:00Z");
        due("day", "2026-12-01");
        due("later", "2026-12-02");
        due("none too", null);
        due("earlier", "2026-11-30T23:59:59Z");
        assertEquals(
                List.of("earlier", "day", "moment", "later", "none", "none too"), titles(Map.of("sort", "due_date")));
        assertEquals(
                List.of("later", "moment", "day", "earlier", "none too", "none"), titles(Map.of("sort", "-due_date")));
        for (int limit = 1; limit <= 6; limit++) {
            assertEquals(titles(Map.of("sort", "due_date")), walk(Map.of("sort", "due_date"), limit));
            assertEquals(titles(Map.of("sort", "-due_date")), walk(Map.of("sort", "-due_date"), limit));
        }
    }

    @Test
    void recentlyChangedComesFirstByUpdatedAt() {
        var ids = createAll("a", "b", "c");
        user.client()
                .body(Map.of("description", "x"))
                .patch("/api/tasks/{id}", ids.get(0))
                .then()
                .statusCode(200);
        assertEquals(List.of("a", "c", "b"), titles(Map.of("sort", "-updated_at")));
        assertEquals(List.of("b", "c", "a"), titles(Map.of("sort", "updated_at")));
    }

    @Test
    void filtersCombine() {
        user.createTask(Map.of(
                "title", "rent", "priority", "high", "tags", List.of("home", "money"), "due_date", "2026-12-01"));
        user.createTask(Map.of("title", "Rent a car", "priority", "low", "tags", List.of("travel", "money")));
        user.createTask(Map.of("title", "dishes", "priority", "medium", "tags", List.of("home"), "completed", true));
        user.createTask(Map.of("title", "bills", "description", "RENT and power", "tags", List.of("money", "home")));

        assertEquals(List.of("dishes"), titles(Map.of("completed", "true")));
        assertEquals(3, titles(Map.of("completed", "false")).size());
        assertEquals(List.of("Rent a car", "rent"), titles(Map.of("priority", List.of("high", "low"))));
        assertEquals(List.of("bills", "dishes", "rent"), titles(Map.of("tag", "home")));
        assertEquals(List.of("bills", "rent"), titles(Map.of("tag", List.of("home", "money"))));
        assertEquals(List.of(), titles(Map.of("tag", List.of("home", "travel"))));
        assertEquals(List.of(), titles(Map.of("tag", "Home")));
        assertEquals(List.of("bills", "Rent a car", "rent"), titles(Map.of("q", "rent")));
        assertEquals(
                List.of("rent"),
                titles(Map.of(
                        "q",
                        "REN",
                        "tag",
                        "money",
                        "priority",
                        "high",
                        "completed",
                        "false",
                        "due_from",
                        "2026-12-01",
                        "due_to",
                        "2026-12-01",
                        "sort",
                        "-title")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "100%",
                "a_b",
                "back\\slash",
                "'; drop table tasks; --",
                "\"quoted\"",
                "tab\there",
                "😀",
                "<b>",
                "a&b=c+d"
            })
    void searchTakesEveryCharacterForItself(String text) {
        createAll("before " + text + " after", "100 aXb backslash quoted", "nothing");
        assertEquals(List.of("before " + text + " after"), titles(Map.of("q", text)));
    }

    @ParameterizedTest
    @CsvSource({"ÉLAN, élan vital", "élan, ÉLAN VITAL", "жук, ЖУКИ", "ΟΔΟΣ, οδος", "Straße, STRAßE", "PAY, pay rent"})
    void searchIgnoresCaseInEveryScript(String text, String title) {
        createAll(title, "other");
        assertEquals(List.of(title), titles(Map.of("q", text)));
    }

    @ParameterizedTest
    @CsvSource({
        "ΟΔΟΣ, ΟΔΟΣΑΝΔΡΟΣ",
        "ΔΟΣ, ΟΔΟΣΑΝΔΡΟΣ",
        "οδος, ΟΔΟΣΑΝΔΡΟΣ",
        "οδοσ, οδοςανδρος",
        "χαοσ, ΧΑΟΣ 1",
        "χαος 1, ΧΑΟΣ 1",
        "Σ_%, όλοσ_%"
    })
    void aSigmaIsASigmaWhereverItStands(String text, String title) {
        createAll(title, "Ολα");
        user.createTask(Map.of("title", "in the description", "description", "1\n" + title));
        assertEquals(List.of("in the description", title), titles(Map.of("q", text)));
    }

    @Test
    void wildcardsAloneFindOnlyThemselves() {
        createAll("plain", "100%", "snake_case", "back\\slash");
        assertEquals(List.of("100%"), titles(Map.of("q", "%")));
        assertEquals(List.of("snake_case"), titles(Map.of("q", "_")));
        assertEquals(List.of("back\\slash"), titles(Map.of("q", "\\")));
        assertEquals(List.of(), titles(Map.of("q", "%%")));
    }

    @Test
    void anEmptySearchFindsEverything() {
        createAll("a", "b");
        assertEquals(List.of("b", "a"), titles(Map.of("q", "")));
    }

    @ParameterizedTest
    @CsvSource({
        // bounds, and whether the day 2026-12-01 and the moment 2026-12-01T12:00:00Z are within
        "2026-12-01, 2026-12-01, true, true",
        "2026-12-01, , true, true",
        ", 2026-12-01, true, true",
        "2026-12-02, , false, false",
        ", 2026-11-30, false, false",
        "2026-12-01T12:00:00Z, , true, true",
        "2026-12-01T12:00:00.000001Z, , true, false",
        "2026-12-01T23:59:59Z, , true, false",
        "2026-12-02T00:00:00Z, , false, false",
        ", 2026-12-01T12:00:00Z, true, true",
        ", 2026-12-01T11:59:59.999999Z, true, false",
        ", 2026-12-01T00:00:00Z, true, false",
        ", 2026-11-30T23:59:59.999999Z, false, false",
        "2026-12-01T13:00:00+01:00, 2026-12-01T13:00:00+01:00, true, true",
        "0001-01-01, 9999-12-31, true, true",
        "2026-12-02, 2026-11-30, false, false"
    })
    void dueBoundsAreInclusive(String from, String to, boolean day, boolean moment) {
        due("day", "2026-12-01");
        due("moment", "2026-12-01T12:00:00Z");
        due("none", null);
        Map<String, Object> bounds = new LinkedHashMap<>();
        if (from != null) {
            bounds.put("due_from", from);
        }
        if (to != null) {
            bounds.put("due_to", to);
        }
        List<String> expected = new ArrayList<>();
        if (day) {
            expected.add("day");
        }
        if (moment) {
            expected.add("moment");
        }
        bounds.put("sort", "due_date");
        assertEquals(expected, titles(bounds));
        assertEquals(expected, walk(bounds, 1));
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
    void pagingShowsEveryTaskOnceInTheOrderOfOnePage(String sort) {
        Database.underTest().query("""
                insert into tasks (id, user_id, title, completed, priority, tags, due_at, due_all_day, created_at, updated_at)
                select gen_random_uuid(), ?, 'task ' || i % 7, false, i % 3, '{}',
                       case when i % 4 = 0 then null else timestamptz '2026-01-01 00:00Z' + i % 5 * interval '1 day' end,
                       i % 4 <> 0, timestamptz '2026-01-01 00:00Z' + i % 6 * interval '1 hour',
                       timestamptz '2026-01-01 00:00Z' + i % 9 * interval '1 hour'
                from generate_series(1, 120) as i""", UUID.fromString(user.id()));
        List<String> all = ids(page(Map.of("sort", sort, "limit", 200)));
        assertEquals(120, new HashSet<>(all).size());
        for (int limit : new int[] {7, 40, 60, 119, 120}) {
            assertEquals(all, walkIds(Map.of("sort", sort), limit));
        }
    }

    @Test
    void pagingSkipsAndRepeatsNothingWhileTasksComeAndGo() {
        var ids = IntStream.range(0, 20).mapToObj(i -> user.createTask("t" + i)).toList();
        List<String> seen = new ArrayList<>();
        var page = page(Map.of("limit", 5));
        int round = 0;
        while (true) {
            seen.addAll(ids(page));
            user.createTask("new " + round);
            // the very task that the cursor stands on
            user.client()
                    .delete("/api/tasks/{id}", seen.get(seen.size() - 1))
                    .then()
                    .statusCode(204);
            round++;
            if (page.getString("next_cursor") == null) {
                break;
            }
            page = page(Map.of("limit", 5, "cursor", page.getString("next_cursor")));
        }
        List<String> expected = new ArrayList<>(ids);
        Collections.reverse(expected);
        assertEquals(expected, seen);
    }

    @Test
    void theLastPageIsTheLastEvenIfItIsFull() {
        createAll("a", "b", "c", "d");
        var first = page(Map.of("limit", 2));
        var second = page(Map.of("limit", 2, "cursor", first.getString("next_cursor")));
        assertNull(second.getString("next_cursor"));
        assertEquals(2, second.getList("items").size());
    }

    @Test
    void theLimitMayChangeFromPageToPage() {
        createAll("a", "b", "c", "d", "e");
        var first = page(Map.of("limit", 1));
        var second = page(Map.of("limit", 3, "cursor", first.getString("next_cursor")));
        assertEquals(List.of("d", "c", "b"), second.getList("items.title"));
    }

    @Test
    void fiftyAreAPageByDefaultAndTwoHundredAtMost() {
        Database.underTest().query("""
                insert into tasks (id, user_id, title, completed, priority, tags, due_all_day, created_at, updated_at)
                select gen_random_uuid(), ?, 't', false, 1, '{}', false, now(), now() from generate_series(1, 201)""", UUID.fromString(user.id()));
        assertEquals(50, page(Map.of()).getList("items").size());
        assertEquals(200, page(Map.of("limit", 200)).getList("items").size());
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 0",
        "limit, 201",
        "limit, -1",
        "limit, abc",
        "limit, ''",
        "limit, 1.5",
        "limit, 99999999999",
        "limit, +5",
        "limit, ' 5'",
        "limit, ٥",
        "sort, x",
        "sort, ''",
        "sort, -",
        "sort, --title",
        "sort, Title",
        "sort, 'title,id'",
        "sort, 'title desc'",
        "sort, id",
        "completed, yes",
        "completed, ''",
        "completed, TRUE",
        "completed, 1",
        "priority, urgent",
        "priority, ''",
        "priority, HIGH",
        "priority, 'high,low'",
        "tag, ''",
        "due_from, soon",
        "due_to, ''",
        "user_id, x",
        "Q, x",
        "page, 2",
        "offset, 5",
        "limit[], 5"
    })
    void unknownParametersAndValuesAreNamed(String name, String value) {
        user.client()
                .queryParam(name, value)
                .get("/api/tasks")
                .then()
                .spec(problem(400))
                .body("errors.field", contains(name));
    }

    @Test
    void allWrongParametersAreNamedAtOnce() {
        user.client()
                .queryParams(Map.of("limit", "0", "sort", "x", "completed", "maybe", "foo", "bar"))
                .get("/api/tasks")
                .then()
                .spec(problem(400))
                .body("errors.field", containsInAnyOrder("limit", "sort", "completed", "foo"));
    }

    @Test
    void aParameterThatTakesOneValueIsNotRepeated() {
        for (String name : List.of("completed", "q", "due_from", "due_to", "sort", "limit", "cursor")) {
            user.client()
                    .queryParam(name, "true", "true")
                    .get("/api/tasks")
                    .then()
                    .spec(problem(400))
                    .body("errors.field", contains(name));
        }
    }

    @Test
    void nulIsRefusedInEveryParameter() {
        for (String name :
                List.of("completed", "priority", "tag", "q", "due_from", "due_to", "sort", "limit", "cursor")) {
            user.client()
                    .queryParam(name, "a\0b")
                    .get("/api/tasks")
                    .then()
                    .spec(problem(400))
                    .body("errors.field", contains(name));
        }
    }

    @Test
    void userIdInTheQueryIsNoWayToSomebodyElsesTasks() {
        var other = newUser();
        other.createTask("secret");
        user.client().queryParam("user_id", other.id()).get("/api/tasks").then().spec(problem(400));
        assertEquals(List.of(), titles(Map.of("q", "secret")));
        assertEquals(List.of(), titles(Map.of("q", "' or user_id is not null or title like '")));
    }

    @Test
    void forgedAndTruncatedCursorsAreRefused() {
        createAll("a", "b", "c");
        String cursor = page(Map.of("limit", 1)).getString("next_cursor");
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        for (int i = 0; i < bytes.length; i++) {
            byte[] forged = bytes.clone();
            forged[i] ^= 1;
            refused(Map.of("cursor", Base64.getUrlEncoder().withoutPadding().encodeToString(forged)));
        }
        for (int length = 0; length < cursor.length(); length += 3) {
            refused(Map.of("cursor", cursor.substring(0, length)));
        }
        for (String forged :
                List.of("x", "null", "-1", "0", "=", "%", "é", "a".repeat(5_000), cursor + "A", cursor + cursor)) {
            refused(Map.of("cursor", forged));
        }
    }

    /** Both are authenticated, so where one ends has to be, too. */
    @Test
    void theEndOfAFilterIsNotTakenForThePlaceInAnotherList() {
        user.createTask(Map.of("title", "a", "tags", List.of("x")));
        user.createTask(Map.of("title", "b", "tags", List.of("x")));
        String cursor = page(Map.of("limit", 1, "tag", "x")).getString("next_cursor");
        byte[] bytes = Base64.getUrlDecoder().decode(cursor);
        byte[] forged = ByteBuffer.allocate(bytes.length + 2)
                .put(bytes, 0, 16)
                .put(new byte[] {'x', 0})
                .put(bytes, 16, bytes.length - 16)
                .array();
        refused(Map.of(
                "limit", 1, "cursor", Base64.getUrlEncoder().withoutPadding().encodeToString(forged)));
    }

    @Test
    void cursorsOfAnotherUserOrAnotherListAreRefused() {
        createAll("a", "b", "c");
        String cursor = page(Map.of("limit", 1)).getString("next_cursor");
        refused(Map.of("cursor", cursor, "sort", "created_at"));
        refused(Map.of("cursor", cursor, "sort", "title"));
        refused(Map.of("cursor", cursor, "completed", "false"));
        refused(Map.of("cursor", cursor, "q", "a"));
        refused(Map.of("cursor", cursor, "tag", "a"));
        var other = newUser();
        other.createTask("x");
        other.client()
                .queryParam("cursor", cursor)
                .get("/api/tasks")
                .then()
                .spec(problem(400))
                .body("errors.field", contains("cursor"));
        assertEquals(List.of("b", "a"), page(Map.of("cursor", cursor)).getList("items.title"));
    }

    @Test
    void aTagThatIsAskedForOftenIsLookedForOnce() {
        Database.underTest().query("""
                insert into tasks (id, user_id, title, completed, priority, tags, due_all_day, created_at, updated_at)
                select gen_random_uuid(), ?, 'Task', false, 1, array(select 'b' || i from generate_series(1, 19) i) || 'a'::text,
                       false, now(), now()
                from generate_series(1, 5000)
                """, UUID.fromString(user.id()));
        long once = Long.MAX_VALUE;
        long often = Long.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            once = Math.min(once, timeToFindNone("tag=a"));
            often = Math.min(often, timeToFindNone("tag=a" + "&tag=a".repeat(98)));
        }
        assertTrue(often < 3 * once, often + " ms, and once " + once);
    }

    /** In milliseconds. */
    private long timeToFindNone(String tags) {
        var answer = user.client().get("/api/tasks?" + tags + "&tag=none");
        answer.then().statusCode(200).body("items", hasSize(0));
        return answer.time();
    }

    @Test
    void searchesOfTwoUsersHoldNobodyElseUp() {
        var other = newUser();
        other.createTask("rent");
        var accomplice = newUser();
        createTasksThatAreSlowToSearch(user);
        createTasksThatAreSlowToSearch(accomplice);
        var threads = Executors.newFixedThreadPool(28);
        try {
            var flood = IntStream.range(0, 28)
                    .mapToObj(i ->
                            CompletableFuture.supplyAsync(() -> searchSlowly(i % 2 == 0 ? user : accomplice), threads))
                    .toList();
            awaitSearches(2);
            do {
                for (String list : List.of("/api/tasks", "/api/tasks?limit=200", "/api/tasks?q=rent")) {
                    var answer = other.client().get(list);
                    answer.then().statusCode(200).body("items", hasSize(1));
                    assertTrue(answer.time() < 2000, list + " took " + answer.time() + " ms");
                }
                RestAssured.get("/q/health/ready").then().statusCode(200);
            } while (!flood.stream().allMatch(CompletableFuture::isDone));
            var refused = flood.stream()
                    .map(CompletableFuture::join)
                    .filter(answer -> answer.statusCode() != 200)
                    .toList();
            assertTrue(refused.size() >= 20, refused.size() + " were refused");
            for (Response answer : refused) {
                answer.then().spec(problem(503)).header("Retry-After", not(blankOrNullString()));
            }
            // Who was refused has left nothing behind.
            assertEquals(List.of(), titles(Map.of("q", "rent", "completed", "true")));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whoSearchesSeldomComesBeforeThoseWhoSearchWithoutEnd() {
        var other = newUser();
        other.createTask("rent");
        var flooders =
                IntStream.range(0, 5).mapToObj(i -> i == 0 ? user : newUser()).toList();
        flooders.forEach(TaskListTest::createTasksThatAreSlowToSearch);
        var isOver = new AtomicBoolean();
        var threads = Executors.newFixedThreadPool(20);
        try {
            var flood = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> {
                                while (!isOver.get()) {
                                    searchSlowly(flooders.get(i % 5));
                                }
                            },
                            threads))
                    .toList();
            awaitSearches(3);
            for (int i = 0; i < 3; i++) {
                other.client().get("/api/tasks?q=rent").then().statusCode(200).body("items", hasSize(1));
            }
            isOver.set(true);
            flood.forEach(CompletableFuture::join);
        } finally {
            isOver.set(true);
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"q=rent", "priority=low", "completed=false&limit=200", "due_from=2026-12-01&sort=title"})
    void aListThatTakesTooLongSaysSoAndGoesOnNowhere(String filter) {
        Database.underTest().whileLocked("lock table tasks", () -> {
            user.client()
                    .get("/api/tasks?" + filter)
                    .then()
                    .spec(problem(503))
                    .header("Retry-After", "1")
                    .body("detail", equalTo("The search took too long; look for something else, or filter more."));
            assertEquals(
                    List.of(),
                    Database.underTest().query("select pid from pg_stat_activity where wait_event_type = 'Lock'"));
        });
    }

    @Test
    void whoTypesOnGetsAnAnswerToEachSearch() {
        createAll("rent", "bread");
        var threads = Executors.newFixedThreadPool(3);
        try {
            for (int i = 0; i < 20; i++) {
                Stream.of("r", "re", "ren")
                        .map(text -> CompletableFuture.supplyAsync(() -> titles(Map.of("q", text)), threads))
                        .toList()
                        .forEach(found -> assertTrue(found.join().contains("rent")));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Each character of them may be the first of what is looked for, until its last one. */
    private static void createTasksThatAreSlowToSearch(User owner) {
        Database.underTest().query("""
                insert into tasks (id, user_id, title, description, completed, priority, tags, due_all_day, created_at, updated_at)
                select gen_random_uuid(), ?, repeat('a', 200), repeat('a', 10000), false, 1, '{}', false, now(), now()
                from generate_series(1, 1500)""", UUID.fromString(owner.id()));
    }

    private static Response searchSlowly(User user) {
        return user.client()
                .queryParams(Map.of("limit", 200, "q", "a".repeat(199) + "b"))
                .get("/api/tasks");
    }

    private static void awaitSearches(int count) {
        Database.underTest().await("""
                select 1 from pg_stat_activity
                where state = 'active' and query like '%%from tasks%%ilike%%' and pid <> pg_backend_pid()
                having count(*) >= %d""".formatted(count));
    }

    @Test
    void tooManyParametersAreRefusedRatherThanIgnored() {
        user.client()
                .get("/api/tasks?" + "tag=a&".repeat(1100) + "nonsense=1")
                .then()
                .spec(problem(400));
    }

    @Test
    void noTaskHasMoreTagsThanATaskCanHave() {
        var tags = IntStream.range(0, 20).mapToObj(Integer::toString).toList();
        user.client().body(Map.of("title", "x", "tags", tags)).post("/api/tasks");
        String all = "tag=" + String.join("&tag=", tags);
        user.client().get("/api/tasks?" + all).then().statusCode(200).body("items", hasSize(1));
        user.client()
                .get("/api/tasks?" + all + "&tag=20")
                .then()
                .statusCode(200)
                .body("items", hasSize(0));
    }

    @Test
    void aTagIsNoPriority() {
        for (int i = 0; i < 2; i++) {
            user.createTask(Map.of("title", "t" + i, "priority", "high", "tags", List.of("HIGH", "LOW")));
        }
        for (var filters : List.of(
                List.of(Map.of("priority", "high"), Map.of("tag", "HIGH")),
                List.of(
                        Map.of("priority", List.of("high", "low")),
                        Map.of("tag", List.of("HIGH", "LOW")),
                        Map.of("priority", "high", "tag", "LOW")))) {
            for (var filter : filters) {
                String cursor = page(with(filter, "limit", 1)).getString("next_cursor");
                for (var other : filters) {
                    if (other.equals(filter)) {
                        assertEquals(
                                List.of("t0"),
                                page(with(filter, "cursor", cursor)).getList("items.title"));
                    } else {
                        refused(with(other, "cursor", cursor));
                    }
                }
            }
        }
    }

    private static Map<String, ?> with(Map<String, ?> parameters, String name, Object value) {
        Map<String, Object> more = new HashMap<>(parameters);
        more.put(name, value);
        return more;
    }

    @Test
    void theOrderOfTagsInTheQueryMakesNoOtherList() {
        for (int i = 0; i < 3; i++) {
            user.createTask(Map.of("title", "t" + i, "tags", List.of("a", "b", "a, b")));
        }
        String cursor = page(Map.of("limit", 1, "tag", List.of("a", "b"))).getString("next_cursor");
        assertEquals(
                List.of("t1", "t0"),
                page(Map.of("cursor", cursor, "tag", List.of("b", "a"))).getList("items.title"));
        refused(Map.of("cursor", cursor, "tag", "a, b"));
        refused(Map.of("cursor", cursor, "tag", "a"));
    }

    @Test
    void aFilteredListPagesThroughWhatItFilters() {
        for (int i = 0; i < 9; i++) {
            user.createTask(Map.of("title", "t" + i, "tags", i % 2 == 0 ? List.of("even") : List.of()));
        }
        assertEquals(List.of("t8", "t6", "t4", "t2", "t0"), walk(Map.of("tag", "even"), 2));
    }

    private List<String> createAll(String... titles) {
        List<String> ids = new ArrayList<>();
        for (String title : titles) {
            ids.add(user.createTask(title));
        }
        return ids;
    }

    private void due(String title, String date) {
        Map<String, Object> task = new LinkedHashMap<>();
        task.put("title", title);
        task.put("due_date", date);
        user.createTask(task);
    }

    private void refused(Map<String, ?> parameters) {
        user.client()
                .queryParams(parameters)
                .get("/api/tasks")
                .then()
                .spec(problem(400))
                .body("errors.field", contains("cursor"));
    }

    private JsonPath page(Map<String, ?> parameters) {
        return user.client()
                .queryParams(parameters)
                .get("/api/tasks")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private List<String> titles(Map<String, ?> parameters) {
        return page(parameters).getList("items.title");
    }

    private static List<String> ids(JsonPath page) {
        return page.getList("items.id");
    }

    private List<String> walk(Map<String, ?> parameters, int limit) {
        return walk(parameters, limit, "items.title");
    }

    private List<String> walkIds(Map<String, ?> parameters, int limit) {
        return walk(parameters, limit, "items.id");
    }

    private List<String> walk(Map<String, ?> parameters, int limit, String path) {
        Map<String, Object> request = new LinkedHashMap<>(parameters);
        request.put("limit", limit);
        List<String> seen = new ArrayList<>();
        JsonPath page;
        do {
            page = page(request);
            assertTrue(page.getList("items").size() <= limit);
            assertFalse(page.getString("next_cursor") != null
                    && page.getList("items").isEmpty());
            seen.addAll(page.getList(path));
            request.put("cursor", page.getString("next_cursor"));
        } while (page.getString("next_cursor") != null);
        return seen;
    }
}
