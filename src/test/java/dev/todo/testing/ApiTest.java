package dev.todo.testing;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.restassured.RestAssured;
import io.restassured.builder.ResponseSpecBuilder;
import io.restassured.http.ContentType;
import io.restassured.http.Header;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.restassured.specification.ResponseSpecification;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What tests of the API have in common: clients, and what a problem document looks like. */
@QuarkusTestResource(TestEnvironment.class)
public abstract class ApiTest {

    protected static final String PASSWORD = "correct horse battery staple";

    /** A client that is nobody, from an address of its own. */
    protected static RequestSpecification anonymous() {
        return anonymous(newAddress());
    }

    /** A client at an address, as a proxy tells it. */
    protected static RequestSpecification anonymous(String address) {
        return given().filter(new ContractFilter())
                .contentType(ContentType.JSON)
                .header("X-Forwarded-For", address);
    }

    /** An address that hardly anybody has used. */
    protected static String newAddress() {
        int host = ThreadLocalRandom.current().nextInt(1 << 24);
        return "10.%d.%d.%d".formatted(host >> 16, host >> 8 & 255, host & 255);
    }

    protected static RequestSpecification bearer(String token) {
        return anonymous().header("Authorization", "Bearer " + token);
    }

    /** An address that nobody has used. */
    protected static String newEmail() {
        return UUID.randomUUID() + "@example.org";
    }

    /** Signs somebody up and in. */
    protected static User newUser() {
        String email = newEmail();
        String id = anonymous()
                .body(Map.of("email", email, "password", PASSWORD))
                .post("/auth/signup")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        return new User(id, email, logIn(email, PASSWORD));
    }

    protected static String logIn(String email, String password) {
        return anonymous()
                .body(Map.of("email", email, "password", password))
                .post("/auth/login")
                .then()
                .statusCode(200)
                .extract()
                .path("access_token");
    }

    /** The id of the session that a token is of. */
    protected static String sessionOf(String token) {
        String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), UTF_8);
        return JsonPath.from(claims).getString("jti");
    }

    /** All headers of an answer, to be compared with those of another. */
    protected static List<String> headers(Response response) {
        return response.headers().asList().stream()
                .map(Header::toString)
                .sorted()
                .toList();
    }

    /** How many passwords the service has hashed. */
    protected static double hashes() {
        return RestAssured.get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("password_hashes_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** The answers to requests that are sent by as many clients at once. */
    protected static List<Response> atOnce(int times, IntFunction<Response> request) {
        var threads = Executors.newFixedThreadPool(times);
        try {
            return IntStream.range(0, times)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> request.apply(i), threads))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();
        } finally {
            threads.shutdownNow();
        }
    }

    protected static List<Integer> statusCodes(List<Response> answers) {
        return answers.stream().map(Response::statusCode).toList();
    }

    protected static ResponseSpecification problem(int status) {
        return new ResponseSpecBuilder()
                .expectStatusCode(status)
                .expectContentType("application/problem+json")
                .expectBody("status", equalTo(status))
                .expectBody("title", not(blankOrNullString()))
                .expectBody("type", not(blankOrNullString()))
                .expectBody("detail", not(blankOrNullString()))
                .build();
    }

    protected record User(String id, String email, String token) {

        /** A client that is this user. */
        public RequestSpecification client() {
            return bearer(token);
        }

        public String createTask(Map<String, ?> fields) {
            return client().body(fields)
                    .post("/api/tasks")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
        }

        public String createTask(String title) {
            return createTask(Map.of("title", title));
        }
    }
}
