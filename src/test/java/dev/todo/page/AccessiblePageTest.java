package dev.todo.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import io.quarkus.test.junit.QuarkusTest;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Everybody can use the page: by keyboard, with a screen reader, on a small screen, without motion. */
@QuarkusTest
class AccessiblePageTest extends ScreenTest {

    @Test
    void theKeyboardIsEnough() {
        var user = newUser();
        String id = user.createTask("Buy milk");
        page.navigate("/");
        screen.tabTo(screen.field("E-mail address"));
        page.keyboard().type(user.email());
        screen.tabTo(screen.field("Password"));
        page.keyboard().type(PASSWORD);
        page.keyboard().press("Enter");
        assertTitles("Buy milk");
        screen.tabTo(screen.view("All"));
        page.keyboard().press("Enter");
        assertThat(screen.view("All")).hasAttribute("aria-current", "page");
        screen.tabTo(screen.newTask());
        page.keyboard().type("Pay rent");
        page.keyboard().press("Enter");
        assertTitles("Pay rent", "Buy milk");
        screen.tabTo(screen.checkbox("Pay rent"));
        page.keyboard().press("Space");
        assertThat(screen.checkbox("Pay rent")).isChecked();
        screen.tabTo(screen.title("Pay rent"));
        page.keyboard().press("Enter");
        assertThat(within(screen.editor("Pay rent"), "Title")).isFocused();
        page.keyboard().press("End");
        page.keyboard().type(" today");
        screen.tabTo(within(screen.editor("Pay rent"), "Tags"));
        page.keyboard().type("home");
        screen.tabTo(screen.button("Save"));
        page.keyboard().press("Space");
        assertTitles("Pay rent today", "Buy milk");
        assertThat(screen.title("Pay rent today")).isFocused();
        page.keyboard().press("Enter");
        page.keyboard().press("Escape");
        assertThat(screen.title("Pay rent today")).isFocused();
        screen.tabTo(screen.button("Delete Buy milk"));
        page.keyboard().press("Enter");
        assertTitles("Pay rent today");
        screen.tabTo(screen.button("Undo"));
        page.keyboard().press("Space");
        assertTitles("Pay rent today", "Buy milk");
        page.reload();
        assertTitles("Pay rent today", "Buy milk");
        assertThat(screen.tasks().last()).hasAttribute("data-id", id);
    }

    @Test
    void signingInIsAccessible() {
        page.navigate("/");
        assertThat(screen.heading("Sign in")).isVisible();
        assertAccessibleToAll("Signing in");
    }

    @Test
    void signingUpWithErrorsIsAccessible() {
        signUp("nobody", "short");
        assertWrong(screen.field("E-mail address"), "e-mail address");
        assertAccessibleToAll("Signing up with errors");
    }

    @Test
    void anEmptyListIsAccessible() {
        signIn();
        assertEmpty("Nothing here yet");
        assertAccessibleToAll("An empty list");
    }

    @Test
    void aListIsAccessible() {
        signIn(userWithTasks());
        screen.view("All").click();
        assertThat(screen.checkbox("Done")).isChecked();
        assertAccessibleToAll("A list");
        screen.add("Pay rent");
        assertThat(screen.status("Added")).isVisible();
        assertAccessibleToAll("A list and what happened");
        tag("Late", "home").click();
        screen.search().fill("x");
        assertEmpty("Nothing matches");
        assertAccessibleToAll("A list that is filtered");
    }

    @Test
    void editingIsAccessible() {
        signIn(userWithTasks());
        screen.edit("Late");
        assertAccessibleToAll("Editing");
        screen.field("Title").fill("");
        screen.field("Title").press("Enter");
        assertWrong(screen.field("Title"), "1 to 200 characters");
        assertAccessibleToAll("Editing with errors");
    }

    @Test
    void theAccountIsAccessible() {
        signIn();
        screen.button("Account").click();
        assertThat(screen.dialog("Account").getByText("This session")).isVisible();
        assertAccessibleToAll("The account");
    }

    @Test
    void theEndOfASessionIsAccessible() {
        endSessions(signIn());
        screen.view("All").click();
        assertThat(screen.dialog("Your session has ended")).isVisible();
        assertAccessibleToAll("The end of a session");
    }

    @Test
    void beingOfflineIsAccessible() {
        signIn(userWithTasks());
        assertThat(screen.title("Late")).isVisible();
        context.setOffline(true);
        assertThat(screen.alert("cannot be reached")).isVisible();
        assertAccessibleToAll("Being offline");
    }

    private static User userWithTasks() {
        var user = newUser();
        user.createTask(Map.of(
                "title",
                "Late",
                "description",
                "Long ago",
                "priority",
                "high",
                "tags",
                List.of("home", "money"),
                "due_date",
                "2020-01-01"));
        user.createTask(Map.of(
                "title",
                "Low",
                "priority",
                "low",
                "due_date",
                LocalDate.now(ZoneId.systemDefault()).toString()));
        user.createTask(Map.of("title", "Done", "completed", true));
        user.createTask("x".repeat(200));
        return user;
    }

    /** In the light and in the dark, on a telephone and on a desk. */
    private void assertAccessibleToAll(String what) {
        for (int width : List.of(360, 1280)) {
            page.setViewportSize(width, 800);
            for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                page.emulateMedia(
                        new Page.EmulateMediaOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE));
                assertAccessible(page, what + ", " + scheme + ", " + width + " px");
            }
        }
    }

    @Test
    void nothingIsWiderThanASmallTelephone() {
        page.setViewportSize(320, 640);
        signUp("x".repeat(300), "short");
        assertWrong(screen.field("Password"), "8 to 128 characters");
        assertFits("Signing up");
        var user = userWithTasks();
        user.createTask(Map.of("title", "y".repeat(200), "tags", List.of("z".repeat(50), "w".repeat(50))));
        signIn(user);
        assertThat(screen.title("y".repeat(200))).isVisible();
        assertFits("The list");
        tag("y".repeat(200), "z".repeat(50)).click();
        assertThat(screen.button("Remove filter " + "z".repeat(50))).isVisible();
        assertFits("A filter");
        screen.edit("y".repeat(200));
        assertFits("Editing");
        screen.button("Cancel").click();
        screen.button("Delete " + "y".repeat(200)).click();
        assertThat(screen.button("Undo")).isVisible();
        assertFits("What happened");
        screen.button("Account").click();
        assertThat(screen.dialog("Account").getByText("This session")).isVisible();
        assertFits("The account");
        screen.button("Close").click();
        context.setOffline(true);
        assertThat(screen.alert("cannot be reached")).isVisible();
        assertFits("Being offline");
    }

    private void assertFits(String what) {
        assertEquals(
                "320 of 320",
                page.evaluate("`${Math.max(document.documentElement.scrollWidth, innerWidth)} of ${innerWidth}`"),
                what);
    }

    @Test
    void whoWantsNoMotionGetsNone() {
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        signIn(userWithTasks());
        assertThat(screen.title("Late")).isVisible();
        assertTrue(longestMotion() <= 0.01, "The list: " + longestMotion());
        screen.button("Delete Late").click();
        assertThat(screen.button("Undo")).isVisible();
        screen.edit("Low");
        assertTrue(longestMotion() <= 0.01, "Editing: " + longestMotion());
        screen.button("Account").click();
        assertThat(screen.dialog("Account")).isVisible();
        assertTrue(longestMotion() <= 0.01, "The account: " + longestMotion());
    }

    /** In seconds, of anything that is there. */
    private double longestMotion() {
        return ((Number) page.evaluate("""
                        () => {
                            const seconds = (times) => times.split(',').map((time) =>
                                (parseFloat(time) || 0) * (time.trim().endsWith('ms') ? 0.001 : 1));
                            const styles = [...document.querySelectorAll('*')].flatMap((element) =>
                                [null, '::before', '::after', '::backdrop'].map((part) => getComputedStyle(element, part)));
                            return Math.max(...styles.flatMap((style) =>
                                [...seconds(style.animationDuration), ...seconds(style.transitionDuration)]));
                        }
                        """)).doubleValue();
    }
}
