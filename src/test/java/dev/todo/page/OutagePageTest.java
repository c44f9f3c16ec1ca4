package dev.todo.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A service that is away, or does not do what it is asked. */
@QuarkusTest
class OutagePageTest extends ScreenTest {

    private static final String FAILED = "Something went wrong on our side.";

    @Test
    void whoIsOfflineLosesNothingAndGoesOnWithoutAReload() {
        signIn();
        page.evaluate("window.isTheSame = true");
        context.setOffline(true);
        assertThat(screen.alert("cannot be reached")).isVisible();
        screen.add("Pay rent");
        assertThat(screen.status("Not added")).isVisible();
        assertThat(screen.newTask()).hasValue("Pay rent");
        context.setOffline(false);
        assertThat(screen.alert("cannot be reached")).isHidden();
        screen.newTask().press("Enter");
        assertTitles("Pay rent");
        assertEquals(true, page.evaluate("window.isTheSame"));
    }

    @Test
    void aServiceThatIsAwayIsTriedAgain() {
        var user = newUser();
        user.createTask("Pay rent");
        signIn(user);
        assertTitles("Pay rent");
        var isAway = new AtomicBoolean(true);
        page.route("**/api/**", route -> {
            if (isAway.get()) {
                route.fulfill(new Route.FulfillOptions().setStatus(503));
            } else {
                route.resume();
            }
        });
        // So that it is the button that tries
        page.clock().install();
        page.clock().pauseAt(System.currentTimeMillis() + 60_000);
        screen.view("All").click();
        assertThat(screen.alert("cannot be reached")).isVisible();
        screen.alert("cannot be reached").getByRole(AriaRole.BUTTON).click();
        assertThat(screen.alert("cannot be reached")).isVisible();
        isAway.set(false);
        screen.alert("cannot be reached").getByRole(AriaRole.BUTTON).click();
        assertThat(screen.alert("cannot be reached")).isHidden();
        assertTitles("Pay rent");
    }

    @Test
    void aChangeThatTheServiceDoesNotMakeIsTakenBack() {
        var user = newUser();
        user.createTask("Pay rent");
        signIn(user);
        List<Route> held = holdPatches();
        screen.checkbox("Pay rent").click();
        assertThat(screen.checkbox("Pay rent")).isChecked();
        fail(held);
        assertThat(screen.status(FAILED)).isVisible();
        assertThat(screen.checkbox("Pay rent")).not().isChecked();
        screen.edit("Pay rent");
        within(screen.editor("Pay rent"), "Title").fill("Pay the rent");
        within(screen.editor("Pay rent"), "Title").press("Enter");
        assertTitles("Pay the rent");
        fail(held);
        assertThat(page.getByText(FAILED).first()).isVisible();
        assertThat(screen.field("Title")).hasValue("Pay the rent");
        screen.button("Cancel").click();
        assertTitles("Pay rent");
    }

    private List<Route> holdPatches() {
        List<Route> held = new ArrayList<>();
        page.route("**/api/tasks/**", route -> {
            if (route.request().method().equals("PATCH")) {
                held.add(route);
            } else {
                route.resume();
            }
        });
        return held;
    }

    private void fail(List<Route> held) {
        page.waitForCondition(() -> !held.isEmpty());
        held.remove(0)
                .fulfill(new Route.FulfillOptions()
                        .setStatus(500)
                        .setContentType("application/problem+json")
                        .setBody("{\"type\": \"about:blank\", \"title\": \"Internal Server Error\", \"status\": 500,"
                                + " \"detail\": \"" + FAILED + "\"}"));
    }

    @Test
    void aTaskThatCouldNotBeDeletedIsBack() {
        var user = newUser();
        user.createTask("Pay rent");
        user.createTask("Buy milk");
        signIn(user);
        page.route("**/api/tasks/*", route -> {
            if (route.request().method().equals("DELETE")) {
                route.fulfill(new Route.FulfillOptions().setStatus(500));
            } else {
                route.resume();
            }
        });
        page.clock().install();
        screen.button("Delete Pay rent").click();
        assertTitles("Buy milk");
        page.clock().fastForward("01:00");
        assertThat(screen.status("was not deleted")).isVisible();
        assertTitles("Buy milk", "Pay rent");
    }
}
