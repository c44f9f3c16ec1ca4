package dev.todo.task;

import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input: each is a 400 that says what is wrong, from POST, PUT and PATCH alike, and changes nothing. */
@QuarkusTest
class TaskInputTest extends ApiTest {

    private static User user;

    @BeforeEach
    void signUpOnce() {
        if (user == null) {
            user = newUser();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "[{\"title\":\"x\"}]",
                "\"title\"",
                "5",
                "true",
                "{",
                "{\"title\":}",
                "{\"title\":\"x\"",
                "{\"title\":\"x\"}}",
                "{\"title\":\"x\"}{\"title\":\"y\"}",
                "{\"title\":\"x\",}",
                "{\"title\":\"x\" \"completed\":true}",
                "{'title':'x'}",
                "{title:\"x\"}",
                "{\"title\":\"x\",\"title\":\"y\"}",
                "{\"title\":\"x\" /* comment */}",
                "{\"title\":\"\\x\"}",
                "{\"title\":\"\\u12\"}",
                "{\"title\":NaN}",
                "{\"title\":\"raw\nnewline\"}",
                "<task><title>x</title></task>",
                "title=x"
            })
    void whatIsNoJsonObjectIsMalformed(String body) {
        refusedEverywhere(body);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [     | ]
            {"a": | }
            """)
    void deeplyNestedJsonIsMalformedAndCostsNothing(String open, String close) throws Exception {
        String body = "{\"title\":" + open.repeat(20_000) + "1" + close.repeat(20_000) + "}";
        // Not by REST-assured, which itself takes long for it.
        var request = HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/api/tasks"))
                .header("Authorization", "Bearer " + user.token())
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(2))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(400, answer.statusCode(), answer.body());
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        byte[] utf16 = "{\"title\":\"x\"}".getBytes(StandardCharsets.UTF_16);
        user.client().body(utf16).post("/api/tasks").then().spec(problem(400));
        for (byte[] bytes : List.of(new byte[] {(byte) 0xff}, new byte[] {(byte) 0xc0, (byte) 0x80}, new byte[] {
            (byte) 0xed, (byte) 0xa0, (byte) 0x80
        })) {
            byte[] body = concat(
                    "{\"title\":\"".getBytes(StandardCharsets.UTF_8), bytes, "\"}".getBytes(StandardCharsets.UTF_8));
            int before = tasks();
            user.client().body(body).post("/api/tasks").then().spec(problem(400));
            assertEquals(before, tasks());
        }
    }

    static Stream<Arguments> wrongFields() {
        return Stream.of(
                Arguments.of("title", "5"),
                Arguments.of("title", "true"),
                Arguments.of("title", "null"),
                Arguments.of("title", "[]"),
                Arguments.of("title", "[\"x\"]"),
                Arguments.of("title", "{}"),
                Arguments.of("title", "{\"a\":{\"b\":[1]}}"),
                Arguments.of("title", "\"\""),
                Arguments.of("title", "\" \\t\\n\""),
                Arguments.of("title", "\"\u00a0\u2003\u202f\ufeff\""),
                Arguments.of("title", "\"a\\u0000b\""),
                Arguments.of("title", "\"\\ud800\""),
                Arguments.of("title", "\"\\udc00\\ud800\""),
                Arguments.of("title", "\"" + "x".repeat(201) + "\""),
                Arguments.of("title", "\"" + "😀".repeat(201) + "\""),
                Arguments.of("description", "5"),
                Arguments.of("description", "{}"),
                Arguments.of("description", "\"\\u0000\""),
                Arguments.of("description", "\"x\\udfff\""),
                Arguments.of("description", "\"" + "x".repeat(10_001) + "\""),
                Arguments.of("completed", "\"true\""),
                Arguments.of("completed", "\"\""),
                Arguments.of("completed", "1"),
                Arguments.of("completed", "0"),
                Arguments.of("completed", "[]"),
                Arguments.of("completed", "{}"),
                Arguments.of("priority", "\"urgent\""),
                Arguments.of("priority", "\"HIGH\""),
                Arguments.of("priority", "\"\""),
                Arguments.of("priority", "\" high\""),
                Arguments.of("priority", "0"),
                Arguments.of("priority", "false"),
                Arguments.of("priority", "[\"high\"]"),
                Arguments.of("priority", "{}"),
                Arguments.of("tags", "\"home\""),
                Arguments.of("tags", "\"\""),
                Arguments.of("tags", "{}"),
                Arguments.of("tags", "{\"0\":\"home\"}"),
                Arguments.of("tags", "5"),
                Arguments.of("tags", "true"),
                Arguments.of("tags", "[null]"),
                Arguments.of("tags", "[5]"),
                Arguments.of("tags", "[[\"x\"]]"),
                Arguments.of("tags", "[{}]"),
                Arguments.of("tags", "[\"\"]"),
                Arguments.of("tags", "[\"a\",\"b\",\"a\"]"),
                Arguments.of("tags", "[\"\\u0000\"]"),
                Arguments.of("tags", "[\"\\ud83d\"]"),
                Arguments.of("tags", "[\"" + "x".repeat(51) + "\"]"),
                Arguments.of(
                        "tags",
                        IntStream.range(0, 21)
                                .mapToObj(i -> "\"" + i + "\"")
                                .toList()
                                .toString()),
                Arguments.of("due_date", "5"),
                Arguments.of("due_date", "1764547200"),
                Arguments.of("due_date", "[2026,12,1]"),
                Arguments.of("due_date", "{}"),
                Arguments.of("due_date", "{\"a\":[1]}"),
                Arguments.of("due_date", "true"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 80_000})
    void manyBadTagsKeepNobodyBusy(int count) {
        for (Response answer : refusedEverywhere("{\"title\":\"x\",\"tags\":" + Collections.nCopies(count, 1) + "}")) {
            assertTrue(answer.asString().length() < 1_000, answer.asString());
            assertTrue(answer.time() < 3_000, "ms: " + answer.time());
        }
    }

    @Test
    void manyUnknownFieldsMakeNoLargeAnswer() {
        String fields =
                IntStream.range(0, 20_000).mapToObj(i -> "\"f" + i + "\":1").collect(Collectors.joining(","));
        for (String path : List.of("/auth/login", "/auth/signup", "/auth/password/forgotten")) {
            Response answer = anonymous().body("{" + fields + "}").post(path);
            answer.then().spec(problem(400));
            assertTrue(answer.asString().length() < 1_000, path);
        }
    }

    /** As many as there is room for, and a parameter of a name that is longer than any field's. */
    @Test
    void anAnswerIsNotMuchLargerThanWhatItAnswers() {
        String fields =
                IntStream.range(0, 400).mapToObj(i -> "\"f" + i + "\":1").collect(Collectors.joining(","));
        anonymous()
                .body("{" + fields + "}")
                .post("/auth/login")
                .then()
                .spec(problem(400))
                .body("errors", hasSize(100));
        Response answer = newUser().client().get("/api/tasks?" + "x".repeat(20_000) + "=1");
        answer.then().spec(problem(400));
        assertTrue(answer.asString().length() < 1_000, answer.asString());
    }

    @ParameterizedTest
    @MethodSource("wrongFields")
    void aWrongFieldIsNamed(String field, String value) {
        String title = field.equals("title") ? "" : "\"title\":\"x\",";
        for (Response answer : refusedEverywhere("{" + title + "\"" + field + "\":" + value + "}")) {
            assertEquals(List.of(field), answer.path("errors.field"), answer.asString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "tomorrow",
                "2026",
                "2026-12",
                "2026-1-1",
                "2026-02-30",
                "2025-02-29",
                "2026-13-01",
                "2026-00-10",
                "2026-12-32",
                "20261201",
                "2026-W49-1",
                "+12026-12-01",
                "-2026-12-01",
                "0000-12-31",
                "10000-01-01",
                "2026-12-01T17:00:00",
                "2026-12-01T17:00Z",
                "2026-12-01 17:00:00Z",
                "2026-12-01T24:00:00Z",
                "2026-12-01T25:00:00Z",
                "2026-12-01T17:60:00Z",
                "2026-12-01T17:00:60Z",
                "2026-12-01T17:00:00+1",
                "2026-12-01T17:00:00+0100",
                "2026-12-01T17:00:00+25:00",
                "2026-12-01T17:00:00.Z",
                "2026-12-01T17:00:00,5Z",
                "2026-02-30T17:00:00Z",
                "9999-12-31T23:59:59-01:00",
                "0001-01-01T00:00:00+01:00",
                "2026-12-01T17:00:00Z ",
                " 2026-12-01",
                "２０２６-12-01",
                "2026-12-01T17:00:00Z[UTC]",
                "infinity",
                "now"
            })
    void datesThatDoNotExistAreRefused(String date) {
        String field = "\"due_date\":\"" + date + "\"";
        for (Response answer : refusedEverywhere("{\"title\":\"x\"," + field + "}")) {
            assertEquals(List.of("due_date"), answer.path("errors.field"), answer.asString());
        }
        for (String bound : List.of("due_from", "due_to")) {
            user.client()
                    .queryParam(bound, date)
                    .get("/api/tasks")
                    .then()
                    .spec(problem(400))
                    .body("errors.field", Matchers.contains(bound));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "descripton",
        "Title",
        "dueDate",
        "due-date",
        "done",
        "owner",
        "__proto__",
        "class",
        "''",
        "'a.b'",
        "\u00e9"
    })
    void aMisspeltFieldIsNamed(String field) {
        refusedEverywhere("{\"title\":\"x\",\"" + field + "\":null}");
        for (Response answer : refusedEverywhere("{\"title\":\"x\",\"" + field + "\":{\"a\":[1,{}]}}")) {
            assertEquals(List.of(field), answer.path("errors.field"), answer.asString());
            assertEquals(List.of("is not a known field"), answer.path("errors.message"), answer.asString());
        }
    }

    @Test
    void allWrongFieldsAreNamedAtOnce() {
        user.client()
                .body("""
                        {"title": "", "description": 5, "completed": "yes", "priority": "urgent",
                         "tags": ["a", "a"], "due_date": "2026-02-30", "descripton": null}""")
                .post("/api/tasks")
                .then()
                .spec(problem(400))
                .body(
                        "errors.field",
                        containsInAnyOrder(
                                "title", "description", "completed", "priority", "tags", "due_date", "descripton"))
                .body("errors.find { it.field == 'due_date' }.message", containsString("day"))
                .body("errors.find { it.field == 'tags' }.message", containsString("duplicates"));
    }

    @Test
    void theLongestThatIsAllowedIsAccepted() {
        user.createTask(Map.of(
                "title", "😀".repeat(200),
                "description", "é".repeat(10_000),
                "tags",
                        IntStream.range(0, 20)
                                .mapToObj(i -> i + "😀".repeat(48))
                                .toList()));
        uncheckedClient()
                .contentType(ContentType.JSON)
                .body(Map.of("title", "  " + "x".repeat(200) + "  "))
                .post("/api/tasks")
                .then()
                .statusCode(201);
    }

    @Test
    void tagsThatDifferInCaseOnlyAreDifferent() {
        user.createTask(Map.of("title", "x", "tags", List.of("home", "Home", "HOME", "hôme")));
    }

    @Test
    void aBodyOver256KibIsTooLarge() {
        int before = tasks();
        String large = "{\"title\":\"" + "x".repeat(300 * 1024) + "\"}";
        user.client().body(large).post("/api/tasks").then().spec(problem(413));
        String exact = "{\"title\":\"x\",\"id\":\"" + "x".repeat(256 * 1024 - 21) + "\"}";
        assertEquals(256 * 1024, exact.length());
        user.client().body(exact).post("/api/tasks").then().statusCode(201);
        user.client().body(exact + " ").post("/api/tasks").then().spec(problem(413));
        assertEquals(before + 1, tasks());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/jsonp", "*/*x"})
    void anotherMediaTypeIsUnsupported(String type) {
        String id = user.createTask("before");
        String json = "{\"title\":\"x\"}";
        typed(type)
                .body(json.getBytes(StandardCharsets.UTF_8))
                .post("/api/tasks")
                .then()
                .spec(problem(415));
        typed(type)
                .body(json.getBytes(StandardCharsets.UTF_8))
                .put("/api/tasks/{id}", id)
                .then()
                .spec(problem(415));
        typed(type)
                .body(json.getBytes(StandardCharsets.UTF_8))
                .patch("/api/tasks/{id}", id)
                .then()
                .spec(problem(415));
        assertEquals(
                List.of("before"),
                Database.underTest().query("select title from tasks where id = ?", UUID.fromString(id)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"completed\":null}",
                "{\"completed\":\"true\"}",
                "{\"completed\":1}",
                "{\"done\":true}",
                "[]",
                "null",
                "true",
                "x"
            })
    void completeTakesNothingElse(String body) {
        String id = user.createTask("x");
        user.client().body(body).patch("/api/tasks/{id}/complete", id).then().spec(problem(400));
        assertFalse(user.client().get("/api/tasks/{id}", id).<Boolean>path("completed"));
    }

    private RequestSpecification typed(String type) {
        return uncheckedClient().contentType(type);
    }

    /** A client whose requests are not held against the OpenAPI document, which is less liberal than the service. */
    private RequestSpecification uncheckedClient() {
        return RestAssured.given().header("Authorization", "Bearer " + user.token());
    }

    /** Sends the body to every method that takes a task, and returns what they answered. */
    private List<Response> refusedEverywhere(String body) {
        String id = user.createTask("before");
        List<String> before = ownTasks();
        List<Response> answers = List.of(
                user.client().body(body).post("/api/tasks"),
                user.client().body(body).put("/api/tasks/{id}", id),
                user.client().body(body).patch("/api/tasks/{id}", id));
        answers.forEach(answer -> answer.then().spec(problem(400)));
        assertEquals(before, ownTasks());
        for (Response answer : answers) {
            String text = answer.asString();
            for (String leak : List.of("Exception", "java.", "jackson", "dev.todo", "org.", "select ")) {
                assertFalse(text.contains(leak) && !body.contains(leak), text);
            }
        }
        return answers;
    }

    private static int tasks() {
        return ownTasks().size();
    }

    private static List<String> ownTasks() {
        return Database.underTest()
                .query("select t::text from tasks t where user_id = ? order by id", UUID.fromString(user.id()));
    }

    private static byte[] concat(byte[]... parts) {
        byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int position = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, position, part.length);
            position += part.length;
        }
        return all;
    }
}
