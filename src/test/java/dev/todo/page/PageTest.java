package dev.todo.page;

import static io.restassured.RestAssured.given;
import static io.restassured.config.DecoderConfig.decoderConfig;
import static org.hamcrest.Matchers.emptyOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.todo.testing.ApiTest;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the page reaches a browser. What it does there is the matter of the {@link ScreenTest}s. */
@QuarkusTest
class PageTest extends ApiTest {

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types lit-html";

    private static final int MAX_BYTES = 60_000;

    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"]*)\"");
    private static final Pattern BUNDLED = Pattern.compile("/static/bundle/app-[A-Z0-9]{8}\\.(js|css)");

    private static final List<Supplier<RequestSpecification>> CLIENTS = List.of(PageTest::plain, PageTest::zipped);

    @ParameterizedTest
    @ValueSource(strings = {"/", "/?view=done&q=a%2fb", "/reset-password", "/verify-email", "/verify-email/"})
    void thePageIsWhereItIsAndWhereMailsLinkTo(String address) {
        var answer = plain().get(address);
        answer.then()
                .statusCode(200)
                .header("Content-Type", "text/html;charset=UTF-8")
                .header("Cache-Control", "no-cache");
        assertArrayEquals(plain().get("/").asByteArray(), answer.asByteArray());
    }

    @Test
    void thePageHasAPolicyOfItsOwnAndTheOtherSecurityHeaders() {
        for (String encoding : List.of("identity", "gzip")) {
            var headers = plain().header("Accept-Encoding", encoding).get("/").headers();
            assertEquals(List.of(POLICY), headers.getValues("Content-Security-Policy"));
            assertEquals(List.of("nosniff"), headers.getValues("X-Content-Type-Options"));
            assertEquals(List.of("no-referrer"), headers.getValues("Referrer-Policy"));
            assertEquals(List.of("same-origin"), headers.getValues("Cross-Origin-Opener-Policy"));
            assertEquals(
                    List.of("max-age=31536000; includeSubDomains"), headers.getValues("Strict-Transport-Security"));
        }
        plain().get("/favicon.svg")
                .then()
                .header(
                        "Content-Security-Policy",
                        equalTo("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"));
    }

    @Test
    void whatTheBundleConsistsOfIsKeptForAYearAndTheIconForADay() {
        for (String file : bundle()) {
            plain().get(file)
                    .then()
                    .statusCode(200)
                    .header(
                            "Content-Type",
                            file.endsWith(".js") ? "text/javascript;charset=UTF-8" : "text/css;charset=UTF-8")
                    .header("Cache-Control", "public, max-age=31536000, immutable");
        }
        plain().get("/favicon.svg")
                .then()
                .statusCode(200)
                .header("Content-Type", "image/svg+xml;charset=UTF-8")
                .header("Cache-Control", "public, max-age=86400");
    }

    @Test
    void thePageIsSmallAndInOnePiecePerLanguage() {
        assertEquals(
                List.of("css", "js"),
                bundle().stream()
                        .map(file -> file.substring(file.lastIndexOf('.') + 1))
                        .sorted()
                        .toList());
        int bytes = Stream.concat(Stream.of("/"), bundle().stream())
                .mapToInt(file -> zipped().get(file).asByteArray().length)
                .sum();
        assertTrue(bytes <= MAX_BYTES, bytes + " bytes");
    }

    @Test
    void nothingIsFetchedFromAnywhereElse() {
        String html = plain().get("/").asString();
        LINK.matcher(html)
                .results()
                .map(link -> link.group(1))
                .forEach(link -> assertTrue(link.matches("/[^/].*"), link));
        for (String file : files()) {
            String text = plain().get(file).asString();
            assertFalse(text.contains("sourceMappingURL"), file);
            assertFalse(text.contains("@import"), file);
            Pattern.compile("(?:https?:|[\"'(])//[\\w.-]+")
                    .matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .forEach(address -> assertEquals("http://www.w3.org", address, file));
        }
    }

    // Compression

    @Test
    void everyFileIsCompressedForWhoTakesIt() throws IOException {
        for (String file : files()) {
            var identity = plain().get(file);
            var gzip = zipped().get(file);
            identity.then().header("Content-Encoding", nullValue()).header("Vary", equalTo("accept-encoding, origin"));
            gzip.then().header("Content-Encoding", equalTo("gzip")).header("Vary", equalTo("accept-encoding, origin"));
            try (var unzipped = new GZIPInputStream(new ByteArrayInputStream(gzip.asByteArray()))) {
                assertArrayEquals(identity.asByteArray(), unzipped.readAllBytes(), file);
            }
            assertEquals(Integer.toString(gzip.asByteArray().length), gzip.header("Content-Length"));
            assertEquals(Integer.toString(identity.asByteArray().length), identity.header("Content-Length"));
            assertNotEquals(identity.header("ETag"), gzip.header("ETag"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | true",
                "br, gzip;q=0.1 | true",
                "gzip, deflate, br, zstd | true",
                "deflate,*;q=0.5 | true",
                "* | true",
                "GZIP | true",
                "gzip;q=0 | false",
                "gzip; q=0.000, * | false",
                "*;q=0 | false",
                "br | false",
                "identity | false",
                "'' | false",
                "gzip;q=x | true",
                "gzip;q=;;,,=;\" | true",
                "xgzip, gzipx | false"
            })
    void whetherItIsCompressedIsAsTheClientSays(String accepted, boolean isCompressed) {
        var answer = plain().header("Accept-Encoding", accepted).get("/");
        answer.then().statusCode(200).header("Content-Encoding", isCompressed ? "gzip" : null);
    }

    // Caches

    @Test
    void whatABrowserHasIsNotSentAgain() {
        for (String file : files()) {
            for (var client : CLIENTS) {
                var answer = client.get().get(file);
                String tag = answer.header("ETag");
                assertTrue(tag.matches("\"[0-9a-f]{64}\""), tag);
                for (String known : List.of(tag, "W/" + tag, "\"a\", " + tag + ", W/\"b\"", "*")) {
                    var again = client.get().header("If-None-Match", known).get(file);
                    again.then().statusCode(304).body(emptyOrNullString());
                    for (String header : List.of("ETag", "Cache-Control", "Vary", "Content-Security-Policy")) {
                        assertEquals(answer.header(header), again.header(header), file + " " + header);
                    }
                }
            }
        }
    }

    @Test
    void whatABrowserHasOfAnotherBuildOrInAnotherEncodingIsSentAgain() {
        String zippedTag = zipped().get("/").header("ETag");
        for (String unknown : List.of("\"" + "0".repeat(64) + "\"", "\"\"", "x", zippedTag, zippedTag.substring(1))) {
            plain().header("If-None-Match", unknown).get("/").then().statusCode(200);
        }
    }

    // Methods

    @Test
    void headGetsTheHeadersOfGet() {
        for (String file : files()) {
            for (var client : CLIENTS) {
                var get = client.get().header("X-Request-Id", "1").get(file);
                var head = client.get().header("X-Request-Id", "1").head(file);
                assertEquals(headers(get), headers(head));
                assertEquals(0, head.asByteArray().length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"})
    void thePageCanOnlyBeRead(String method) {
        Stream.concat(files().stream(), Stream.of("/reset-password", "/verify-email", "/verify-email/"))
                .forEach(file ->
                        plain().request(method, file).then().spec(problem(405)).header("Allow", equalTo("GET, HEAD")));
    }

    // What is not served

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/index.html",
                "/static",
                "/static/",
                "/static/bundle",
                "/static/bundle/",
                "/static/bundle/app.js",
                "/static/bundle/app-AAAAAAAA.js",
                "/static/bundle/application.properties",
                "/static/bundle/../index.html",
                "/static/bundle/../../index.html",
                "/static/bundle/../../../application.properties",
                "/static/bundle/..%2f..%2f..%2fapplication.properties",
                "/static/bundle/%2e%2e/%2e%2e/%2e%2e/application.properties",
                "/static/bundle/%2e%2e%2f%2e%2e%2f%2e%2e%2fapplication.properties",
                "/static/bundle/..%5c..%5c..%5capplication.properties",
                "/static/bundle/..%252f..%252f..%252fapplication.properties",
                "/static/bundle/....//....//application.properties",
                "/static/bundle//etc/passwd",
                "/static/bundle/%2fetc%2fpasswd",
                "/static/bundle/..;/..;/index.html",
                "/static/bundle/app-AAAAAAAA.js%00.css",
                "/static/bundle/%c0%ae%c0%ae/application.properties",
                "/favicon.svg/../../../application.properties",
                "/favicon.ico",
                "/META-INF/resources/index.html",
                "/web/index.html",
                "/web/app/main.ts",
                "/application.properties"
            })
    void nothingButThePageIsServed(String address) {
        plain().get(address).then().spec(problem(404));
        plain().head(address).then().statusCode(404);
    }

    @Test
    void aFileOfTheBundleHasOneAddress() {
        for (String file : bundle()) {
            for (String other : List.of(
                    file + "/",
                    file + ".map",
                    file + "%00",
                    file + ";x=y",
                    file.replace("/bundle/", "/bundle/x/"),
                    file.replace("/bundle/", "/bundle/%2e%2e%2fbundle/"))) {
                plain().get(other).then().spec(problem(404));
            }
        }
    }

    // Operations

    @Test
    void theMetricsKnowThePageAndNoNameThatChangesWithABuild() {
        files().forEach(file -> plain().get(file).then().statusCode(200));
        plain().header("If-None-Match", "*").get("/favicon.svg").then().statusCode(304);
        String metrics = given().get("/q/metrics").asString();
        for (String label : List.of("root", "/favicon.svg", "/static/bundle/{file}", "REDIRECTION")) {
            assertTrue(metrics.contains("uri=\"" + label + "\""), label);
        }
        bundle().forEach(file -> assertFalse(metrics.contains(file), file));
    }

    // The build

    @Test
    void theTypesOfTheApiAreThoseOfTheDocument() throws IOException {
        String types = Files.readString(Path.of("src", "main", "resources", "web", "app", "schema.ts"));
        String digest = DigestUtils.sha256Hex(Files.readAllBytes(Path.of("docs", "openapi.json")));
        String first = "// openapi-typescript of docs/openapi.json, SHA-256 " + digest;
        assertEquals(
                first,
                types.lines().findFirst().orElseThrow(),
                "src/main/resources/web/app/schema.ts is out of date: (echo '" + first
                        + "' && npx openapi-typescript docs/openapi.json) > schema.ts, and look at what changed");
    }

    /** A client that is given the bytes as they were sent, and sends addresses as they are. */
    private static RequestSpecification plain() {
        return given().config(RestAssured.config().decoderConfig(decoderConfig().noContentDecoders()))
                .urlEncodingEnabled(false);
    }

    private static RequestSpecification zipped() {
        return plain().header("Accept-Encoding", "gzip");
    }

    private static List<String> bundle() {
        Response page = plain().get("/");
        return BUNDLED.matcher(page.asString())
                .results()
                .map(MatchResult::group)
                .toList();
    }

    private static List<String> files() {
        return Stream.concat(Stream.of("/", "/favicon.svg"), bundle().stream()).toList();
    }
}
