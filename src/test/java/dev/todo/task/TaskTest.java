package dev.todo.task;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class TaskTest extends ApiTest {

    private static final Map<String, Object> FULL = Map.of(
            "title", "Pay rent",
            "description", "to the landlord",
            "completed", true,
            "priority", "high",
            "tags", List.of("home", "money"),
            "due_date", "2026-12-01");

    private User user;

    @BeforeEach
    void signUp() {
        user = newUser();
    }

    @Test
    void createsWithDefaults() {
        String id = user.client()
                .body(Map.of("title", "  Pay rent\n"))
                .post("/api/tasks")
                .then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .body("size()", equalTo(10))
                .body("id", matchesPattern("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"))
                .body("title", equalTo("Pay rent"))
                .body("description", nullValue())
                .body("completed", equalTo(false))
                .body("priority", equalTo("medium"))
                .body("tags", empty())
                .body("due_date", nullValue())
                .body("completed_at", nullValue())
                .extract()
                .path("id");
        get(id);
    }

    @Test
    void whoIsDeletedMeanwhileMakesNoTaskAndIsNobody() {
        Database.underTest()
                .overtaken(
                        "delete from users where id = '" + user.id() + "'",
                        () -> user.client().body(Map.of("title", "Pay rent")).post("/api/tasks"))
                .then()
                .spec(problem(401));
    }

    @Test
    void createsWithEverythingAndTellsWhere() {
        var response = user.client().body(FULL).post("/api/tasks").then().statusCode(201);
        response.body("title", equalTo("Pay rent"))
                .body("description", equalTo("to the landlord"))
                .body("completed", equalTo(true))
                .body("completed_at", equalTo(response.extract().path("created_at")))
                .body("priority", equalTo("high"))
                .body("tags", contains("home", "money"))
                .body("due_date", equalTo("2026-12-01"))
                .header("Location", endsWith("/api/tasks/" + response.extract().path("id")));
        user.client()
                .get(response.extract().header("Location"))
                .then()
                .statusCode(200)
                .body("", equalTo(response.extract().jsonPath().getMap("")));
    }

    @Test
    void nullTakesTheDefault() {
        Map<String, Object> input = new HashMap<>();
        input.put("title", "x");
        for (String field : List.of("description", "completed", "priority", "tags", "due_date")) {
            input.put(field, null);
        }
        user.client()
                .body(input)
                .post("/api/tasks")
                .then()
                .statusCode(201)
                .body("completed", equalTo(false))
                .body("priority", equalTo("medium"))
                .body("tags", empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "😀 👩‍👩‍👧‍👦 emoji",
                "שלום עולם, right to left",
                "\u202Eoverride\u202C",
                "e\u0301 decomposed, é composed",
                "'; drop table tasks; --",
                "<script>alert(1)</script>",
                "\\ % _ \" ' ` \t tab",
                "\u200B zero width",
                "${jndi:ldap://x} #{7*7} {{7*7}}"
            })
    void keepsTextToTheLetter(String text) {
        String id = user.createTask(Map.of("title", text, "description", text + "\n ", "tags", List.of(text)));
        user.client()
                .get("/api/tasks/{id}", id)
                .then()
                .body("title", equalTo(text))
                .body("description", equalTo(text + "\n "))
                .body("tags", contains(text));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-01, 2026-12-01",
        "2024-02-29, 2024-02-29",
        "0001-01-01, 0001-01-01",
        "1500-03-01, 1500-03-01",
        "1582-10-10, 1582-10-10",
        "9999-12-31, 9999-12-31",
        "2026-12-01T17:00:00+01:00, 2026-12-01T16:00:00Z",
        "2026-12-01T17:00:00Z, 2026-12-01T17:00:00Z",
        "2026-12-01T00:00:00Z, 2026-12-01T00:00:00Z",
        "2026-12-01t17:00:00z, 2026-12-01T17:00:00Z",
        "2026-12-01T17:00:00.5-11:30, 2026-12-02T04:30:00.500Z",
        "2026-12-01T17:00:00.123456789Z, 2026-12-01T17:00:00.123456Z",
        "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z, 9999-12-31T23:59:59Z"
    })
    void givesDueDatesBackAsDayOrAsMomentInUtc(String sent, String received) {
        String id = user.createTask(Map.of("title", "x", "due_date", sent));
        assertEquals(received, get(id).getString("due_date"));
    }

    @Test
    void whatWasReadCanBePutBack() {
        String id = user.createTask(FULL);
        Map<String, Object> task = get(id).getMap("");
        Map<String, Object> sent = new HashMap<>(task);
        sent.put("user_id", user.id());
        user.client()
                .body(sent)
                .put("/api/tasks/{id}", id)
                .then()
                .statusCode(200)
                .body("", equalTo(task));
    }

    @Test
    void readOnlyFieldsAreIgnoredWhateverTheyHold() {
        var other = newUser();
        String id = user.createTask(FULL);
        Map<String, Object> before = get(id).getMap("");
        Map<String, Object> sent = new HashMap<>(FULL);
        sent.put("id", "00000000-0000-0000-0000-000000000000");
        sent.put("user_id", other.id());
        sent.put("completed_at", 5);
        sent.put("created_at", "1970-01-01T00:00:00Z");
        sent.put("updated_at", List.of());
        user.client()
                .body(sent)
                .put("/api/tasks/{id}", id)
                .then()
                .statusCode(200)
                .body("", equalTo(before));
        String created = user.createTask(sent);
        assertNotEquals("00000000-0000-0000-0000-000000000000", created);
        other.client().get("/api/tasks/{id}", created).then().spec(problem(404));
    }

    @Test
    void putReplacesEverythingAndResetsWhatIsLeftOut() {
        String id = user.createTask(FULL);
        user.client()
                .body(Map.of("title", "Other"))
                .put("/api/tasks/{id}", id)
                .then()
                .statusCode(200)
                .body("title", equalTo("Other"))
                .body("description", nullValue())
                .body("completed", equalTo(false))
                .body("completed_at", nullValue())
                .body("priority", equalTo("medium"))
                .body("tags", empty())
                .body("due_date", nullValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/merge-patch+json", "application/json; charset=utf-8"})
    void patchChangesWhatIsSentAndLeavesTheRest(String type) {
        String id = user.createTask(FULL);
        var before = get(id);
        user.client()
                .contentType(type)
                .body("{\"priority\": \"low\", \"tags\": [\"x\"]}")
                .patch("/api/tasks/{id}", id)
                .then()
                .statusCode(200)
                .body("priority", equalTo("low"))
                .body("tags", contains("x"))
                .body("title", equalTo("Pay rent"))
                .body("description", equalTo("to the landlord"))
                .body("completed_at", equalTo(before.getString("completed_at")))
                .body("due_date", equalTo("2026-12-01"))
                .body("created_at", equalTo(before.getString("created_at")))
                .body("updated_at", not(equalTo(before.getString("updated_at"))));
    }

    @Test
    void patchWithNullClears() {
        String id = user.createTask(FULL);
        user.client()
                .body(
                        "{\"description\": null, \"due_date\": null, \"tags\": null, \"priority\": null, \"completed\": null}")
                .patch("/api/tasks/{id}", id)
                .then()
                .statusCode(200)
                .body("description", nullValue())
                .body("due_date", nullValue())
                .body("tags", empty())
                .body("priority", equalTo("medium"))
                .body("completed", equalTo(false))
                .body("completed_at", nullValue())
                .body("title", equalTo("Pay rent"));
    }

    @Test
    void patchCannotClearTheTitle() {
        String id = user.createTask(FULL);
        user.client()
                .body("{\"title\": null, \"description\": \"new\"}")
                .patch("/api/tasks/{id}", id)
                .then()
                .spec(problem(400))
                .body("errors.field", contains("title"));
        assertEquals("to the landlord", get(id).getString("description"));
    }

    @Test
    void aChangeThatChangesNothingIsNoUpdate() {
        String id = user.createTask(FULL);
        Map<String, Object> before = get(id).getMap("");
        user.client()
                .body("{}")
                .patch("/api/tasks/{id}", id)
                .then()
                .statusCode(200)
                .body("", equalTo(before));
        user.client()
                .body(FULL)
                .put("/api/tasks/{id}", id)
                .then()
                .statusCode(200)
                .body("", equalTo(before));
        user.client()
                .body("{\"completed\": true}")
                .patch("/api/tasks/{id}/complete", id)
                .then()
                .statusCode(200)
                .body("", equalTo(before));
    }

    @Test
    void completeTogglesWithoutABodyAndSetsWithOne() {
        String id = user.createTask("Pay rent");
        complete(id, null).body("completed", equalTo(true)).body("completed_at", notNullValue());
        String completedAt = get(id).getString("completed_at");
        complete(id, true).body("completed", equalTo(true)).body("completed_at", equalTo(completedAt));
        complete(id, null).body("completed", equalTo(false)).body("completed_at", nullValue());
        complete(id, false).body("completed", equalTo(false)).body("completed_at", nullValue());
        complete(id, true).body("completed", equalTo(true)).body("completed_at", not(equalTo(completedAt)));
    }

    @Test
    void simultaneousTogglesAllCount() {
        String id = user.createTask("Pay rent");
        inParallel(21, i -> complete(id, null));
        assertEquals(true, get(id).getBoolean("completed"));
    }

    @Test
    void simultaneousPatchesOfDifferentFieldsAreAllKept() {
        String id = user.createTask("Pay rent");
        var patches = List.of(
                "{\"priority\":\"low\"}",
                "{\"description\":\"d\"}",
                "{\"tags\":[\"t\"]}",
                "{\"due_date\":\"2026-12-01\"}");
        inParallel(
                4,
                i -> user.client()
                        .body(patches.get(i))
                        .patch("/api/tasks/{id}", id)
                        .then()
                        .statusCode(200));
        var task = get(id);
        assertEquals("low", task.getString("priority"));
        assertEquals("d", task.getString("description"));
        assertEquals(List.of("t"), task.getList("tags"));
        assertEquals("2026-12-01", task.getString("due_date"));
    }

    @Test
    void deletedIsGone() {
        String id = user.createTask("Pay rent");
        user.client().delete("/api/tasks/{id}", id).then().statusCode(204).body(equalTo(""));
        user.client().get("/api/tasks/{id}", id).then().spec(problem(404));
        user.client().delete("/api/tasks/{id}", id).then().spec(problem(404));
        user.client().get("/api/tasks").then().body("items", empty());
    }

    @Test
    void timesAreRfc3339InUtc() {
        String id = user.createTask(FULL);
        for (String field : List.of("created_at", "updated_at", "completed_at")) {
            String time = get(id).getString(field);
            assertTrue(time.endsWith("Z"), time);
            assertTrue(Instant.parse(time).isAfter(Instant.now().minusSeconds(60)), time);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "x",
                "1-1-1-1-1",
                "00000000-0000-0000-0000-000000000000",
                "%00",
                "%F0%9F%98%80",
                "' or 1=1",
                "..%2F..",
                "0199e0a0-0000-7000-8000-00000000000g",
                "null"
            })
    void malformedAndUnknownIdsAreNotFound(String id) {
        user.client()
                .urlEncodingEnabled(false)
                .get("/api/tasks/" + id.replace(" ", "%20"))
                .then()
                .spec(problem(404));
        user.client()
                .urlEncodingEnabled(false)
                .delete("/api/tasks/" + id.replace(" ", "%20"))
                .then()
                .spec(problem(404));
        user.client()
                .urlEncodingEnabled(false)
                .body(FULL)
                .put("/api/tasks/" + id.replace(" ", "%20"))
                .then()
                .spec(problem(404));
        user.client()
                .urlEncodingEnabled(false)
                .body("{}")
                .patch("/api/tasks/" + id.replace(" ", "%20"))
                .then()
                .spec(problem(404));
        user.client()
                .urlEncodingEnabled(false)
                .patch("/api/tasks/" + id.replace(" ", "%20") + "/complete")
                .then()
                .spec(problem(404));
    }

    @Test
    void somebodyElsesTaskIsNotFoundOnAnyVerbAndStaysAsItIs() {
        var attacker = newUser();
        String id = user.createTask(FULL);
        Map<String, Object> before = get(id).getMap("");
        attacker.client().get("/api/tasks/{id}", id).then().spec(problem(404));
        attacker.client()
                .body(Map.of("title", "mine"))
                .put("/api/tasks/{id}", id)
                .then()
                .spec(problem(404));
        attacker.client()
                .body(Map.of("title", "mine", "user_id", user.id()))
                .put("/api/tasks/{id}", id)
                .then()
                .spec(problem(404));
        attacker.client()
                .body(Map.of("title", "mine"))
                .patch("/api/tasks/{id}", id)
                .then()
                .spec(problem(404));
        attacker.client().patch("/api/tasks/{id}/complete", id).then().spec(problem(404));
        attacker.client().delete("/api/tasks/{id}", id).then().spec(problem(404));
        attacker.client().get("/api/tasks").then().statusCode(200).body("items", empty());
        attacker.client().queryParam("q", "rent").get("/api/tasks").then().body("items", empty());
        assertEquals(before, get(id).getMap(""));
    }

    @Test
    void aChangeThatWaitsTooLongForATaskLeavesNothingWaitingInTheDatabase() {
        String id = user.createTask("Pay rent");
        Database.underTest().whileLocked("select 1 from tasks where id = '" + id + "' for update", () -> {
            user.client()
                    .body(Map.of("title", "Pay"))
                    .patch("/api/tasks/" + id)
                    .then()
                    .spec(problem(503))
                    .header("Retry-After", "2");
            assertEquals(
                    List.of(),
                    Database.underTest().query("select pid from pg_stat_activity where wait_event_type = 'Lock'"));
        });
        user.client()
                .body(Map.of("title", "Pay"))
                .patch("/api/tasks/" + id)
                .then()
                .statusCode(200);
    }

    @Test
    void aDatabaseThatGoesAwayWhileAChangeIsCommittedIsNoFaultOfTheService() {
        String id = user.createTask("Pay rent");
        Database.underTest()
                .whileGoingAtCommit(
                        "update on tasks",
                        "old.id = '" + id + "'",
                        () -> user.client()
                                .body(Map.of("title", "Pay"))
                                .patch("/api/tasks/" + id)
                                .then()
                                .spec(problem(503))
                                .header("Retry-After", "2"));
        user.client().get("/api/tasks/" + id).then().statusCode(200).body("title", equalTo("Pay rent"));
    }

    @ParameterizedTest
    @CsvSource({
        "25006, a primary that is one no more",
        "28000, pg_hba.conf lets nobody in",
        "3D000, renamed while it is restored",
        "55000, not accepting connections",
        "55P03, a lock that somebody else keeps",
        "58030, a disk that fails"
    })
    void aDatabaseThatRefusesIsAway(String state, String why) {
        String id = user.createTask("Pay rent");
        Database.underTest()
                .whileIn(
                        state,
                        "update on tasks",
                        "old.id = '" + id + "'",
                        () -> user.client()
                                .body(Map.of("title", "Pay"))
                                .patch("/api/tasks/" + id)
                                .then()
                                .spec(problem(503))
                                .header("Retry-After", "2"));
    }

    @Test
    void anUnknownTaskAndSomebodyElsesAreToldApartByNothing() {
        var attacker = newUser();
        var theirs = attacker.client().header("X-Request-Id", "the-same").get("/api/tasks/{id}", user.createTask("x"));
        var unknown = attacker.client()
                .header("X-Request-Id", "the-same")
                .get("/api/tasks/{id}", "0199e0a0-0000-7000-8000-000000000000");
        assertEquals(unknown.asString(), theirs.asString());
        assertEquals(
                unknown.headers().asList().toString(), theirs.headers().asList().toString());
    }

    private io.restassured.response.ValidatableResponse complete(String id, Boolean completed) {
        var request = completed == null
                ? bearer(user.token())
                : user.client().body(Collections.singletonMap("completed", completed));
        return request.patch("/api/tasks/{id}/complete", id).then().statusCode(200);
    }

    private JsonPath get(String id) {
        return user.client()
                .get("/api/tasks/{id}", id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private interface Work {
        void accept(int index);
    }

    private static void inParallel(int count, Work work) {
        var threads = Executors.newFixedThreadPool(count);
        try {
            IntStream.range(0, count)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> work.accept(i), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        } finally {
            threads.shutdownNow();
        }
    }
}
