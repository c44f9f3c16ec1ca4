package dev.todo.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.restassured.RestAssured;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests of the page in a Chromium that is on the machine already; where there is none, they are skipped. Whatever a test is
 * about, the page must not do what its Content-Security-Policy forbids, fail in the console, or ask another host for anything.
 */
public abstract class BrowserTest extends ApiTest {

    private static final Optional<Path> CHROMIUM = Stream.of("chromium", "chromium-browser", "google-chrome")
            .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                    .map(folder -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();

    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private static final double PATIENCE_MILLIS = 20_000;

    private static final String AXE = read("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js");

    private static Playwright playwright;
    private static Browser browser;

    protected BrowserContext context;
    protected Page page;

    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void launch() {
        CHROMIUM.ifPresent(chromium -> {
            playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(chromium)
                            .setArgs(ARGUMENTS));
            PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        });
    }

    @AfterAll
    static void quit() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @BeforeEach
    void open() {
        assumeTrue(CHROMIUM.isPresent(), "There is no Chromium on the PATH.");
        context = newContext();
        page = context.newPage();
    }

    @AfterEach
    void closeAndListen() {
        if (context != null) {
            // Playwright hands over what has happened when it is called.
            context.pages().forEach(Page::title);
            context.close();
            assertEquals(List.of(), complaints);
        }
    }

    /** Another browser, which knows nothing of the first. */
    protected BrowserContext newContext() {
        String origin = RestAssured.baseURI + ":" + RestAssured.port;
        var opened = browser.newContext(new Browser.NewContextOptions()
                .setBaseURL(origin)
                .setExtraHTTPHeaders(Map.of("X-Forwarded-For", newAddress())));
        opened.setDefaultTimeout(PATIENCE_MILLIS);
        opened.addInitScript(
                "addEventListener('securitypolicyviolation', (event) =>"
                        + " console.error('Content Security Policy:', event.violatedDirective, event.blockedURI, event.sample))");
        opened.onConsoleMessage(this::listen);
        opened.onWebError(error -> complaints.add(error.error()));
        opened.onRequest(request -> watch(request, origin));
        return opened;
    }

    /** A request that fails, or is answered with an error, is no fault of the page; the browser complains all the same. */
    private void listen(ConsoleMessage message) {
        String text = message.text();
        if (text.contains("Content Security Policy")
                || (message.type().equals("error") && !text.startsWith("Failed to load resource"))) {
            complaints.add(text);
        }
    }

    private void watch(Request request, String origin) {
        if (!request.url().startsWith(origin + "/")) {
            complaints.add("Another host: " + request.url());
        }
    }

    /** Has axe look for what keeps people out. */
    @SuppressWarnings("unchecked")
    protected static void assertAccessible(Page page, String what) {
        page.evaluate(AXE);
        var violations = (List<String>) page.evaluate("""
                async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(
                    ({id, help, nodes}) => nodes.map(
                        ({target, failureSummary}) => `${id} (${help}) at ${target}: ${failureSummary}`))
                """);
        assertEquals(List.of(), violations, what);
    }

    private static String read(String resource) {
        try (InputStream content = BrowserTest.class.getResourceAsStream(resource)) {
            return new String(content.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
