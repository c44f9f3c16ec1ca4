package dev.todo.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.todo.testing.Database;
import dev.todo.testing.Mailbox;
import dev.todo.testing.OneTimePassword;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing up, in and out, and sessions, in one tab and in several. */
@QuarkusTest
class AccountPageTest extends ScreenTest {

    private static final String NEW_PASSWORD = "better horse battery staple";

    @Test
    void whoSignsUpIsSignedIn() {
        String email = newEmail();
        page.navigate("/");
        assertThat(screen.heading("Sign in")).isVisible();
        screen.button("Create an account").click();
        assertThat(screen.heading("Create your account")).isVisible();
        screen.field("E-mail address").fill(email);
        screen.field("Password").fill(PASSWORD);
        screen.button("Create account").click();
        assertThat(screen.heading("Tasks")).isVisible();
        assertEmpty("Nothing here yet");
        logIn(email, PASSWORD);
    }

    @Test
    void anAddressThatIsTakenIsSaidAtItsField() {
        var user = newUser();
        signUp(user.email(), PASSWORD);
        assertWrong(screen.field("E-mail address"), "taken");
        assertThat(screen.field("E-mail address")).hasValue(user.email());
        assertThat(screen.field("Password")).not().hasAttribute("aria-invalid", "true");
    }

    @Test
    void aPasswordThatIsTooShortIsSaidAtItsField() {
        signUp(newEmail(), "short");
        assertWrong(screen.field("Password"), "8 to 128 characters");
        assertThat(screen.field("E-mail address")).not().hasAttribute("aria-invalid", "true");
        screen.field("Password").fill(PASSWORD);
        screen.button("Create account").click();
        assertThat(screen.heading("Tasks")).isVisible();
    }

    @Test
    void everyFieldThatIsWrongSaysSo() {
        signUp("", "");
        assertWrong(screen.field("E-mail address"), "required");
        assertWrong(screen.field("Password"), "8 to 128 characters");
    }

    @Test
    void whoSignsInSeesTheirTasks() {
        var user = newUser();
        user.createTask("Pay rent");
        newUser().createTask("Not theirs");
        signIn(user);
        assertTitles("Pay rent");
    }

    @Test
    void aWrongPasswordIsRefusedAndTheAddressStays() {
        var user = newUser();
        screen.signIn(user.email(), "wrong password");
        assertThat(page.getByRole(AriaRole.ALERT)
                        .filter(new Locator.FilterOptions().setHasText(Pattern.compile("\\S"))))
                .isVisible();
        assertThat(screen.heading("Sign in")).isVisible();
        assertThat(screen.field("E-mail address")).hasValue(user.email());
        screen.field("Password").fill(PASSWORD);
        screen.button("Sign in").click();
        assertThat(screen.heading("Tasks")).isVisible();
    }

    @Test
    void theCodeIsAskedForWhereThereIsASecondFactor() {
        var user = newUser();
        String secret = user.client()
                .body(Map.of("password", PASSWORD))
                .post("/auth/totp")
                .then()
                .statusCode(200)
                .extract()
                .path("secret");
        user.client()
                .body(Map.of("code", OneTimePassword.of(secret, 0)))
                .post("/auth/totp/confirm")
                .then()
                .statusCode(200);
        page.navigate("/");
        assertThat(screen.field("Code")).hasCount(0);
        screen.signIn(user.email(), PASSWORD);
        screen.field("Code").fill("000000");
        screen.button("Sign in").click();
        assertThat(screen.alert("code")).isVisible();
        screen.field("Code").fill(OneTimePassword.of(secret, 1));
        screen.button("Sign in").click();
        assertThat(screen.heading("Tasks")).isVisible();
    }

    @Test
    void aReloadStaysSignedIn() {
        signIn().createTask("Pay rent");
        page.reload();
        assertThat(screen.heading("Tasks")).isVisible();
        assertTitles("Pay rent");
    }

    @Test
    void theBrowserKeepsTheTokenAndNotTheAddress() {
        String email = "zoë.ж-" + newEmail();
        signUp(email, PASSWORD);
        assertThat(screen.heading("Tasks")).isVisible();
        assertEquals("since,token", kept());
        assertSignedInAs(email);
        // as it was kept before, and too long ago not to be refreshed
        page.evaluate("localStorage['todo.session'] = JSON.stringify("
                + "{...JSON.parse(localStorage['todo.session']), email: 'somebody@example.org', since: 0})");
        page.reload();
        page.waitForCondition(() -> "since,token".equals(kept()));
        assertSignedInAs(email);
    }

    private Object kept() {
        return page.evaluate("Object.keys(JSON.parse(localStorage['todo.session'])).sort().join()");
    }

    private void assertSignedInAs(String email) {
        screen.button("Account").click();
        assertThat(screen.dialog("Account").getByText(email)).isVisible();
        screen.button("Close").click();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "x.!.x", "x.e30.x"})
    void whoseTokenTellsNoAddressTypesIt(String token) {
        page.navigate("/");
        page.evaluate("token => localStorage['todo.session'] = JSON.stringify({token, since: Date.now()})", token);
        page.reload();
        var dialog = screen.dialog("Your session has ended");
        within(dialog, "E-mail address").fill(newUser().email());
        within(dialog, "Password").fill(PASSWORD);
        submit(dialog);
        assertThat(dialog).isHidden();
        assertEmpty("Nothing here yet");
    }

    @Test
    void whoSignsOutLeavesNothingBehind() {
        var user = newUser();
        user.createTask("Pay rent");
        signIn(user);
        assertTitles("Pay rent");
        screen.button("Account").click();
        screen.button("Sign out").click();
        assertThat(screen.heading("Sign in")).isVisible();
        assertThat(page.getByText("Pay rent")).hasCount(0);
        page.reload();
        assertThat(screen.heading("Sign in")).isVisible();
        assertEquals("[]", page.evaluate("JSON.stringify(Object.keys({...localStorage, ...sessionStorage}))"));
        awaitSessions(user, 1);
    }

    private static void awaitSessions(User user, int count) {
        Database.underTest()
                .await("select 1 from sessions where user_id = '" + user.id() + "' having count(*) = " + count);
    }

    @Test
    void aForgottenPasswordIsReplacedByMail() {
        var user = newUser();
        page.navigate("/");
        screen.button("Forgotten your password?").click();
        assertThat(screen.heading("Forgotten your password?")).isVisible();
        screen.field("E-mail address").fill(user.email());
        screen.button("Send me a mail").click();
        assertThat(screen.status("mail")).isVisible();
        page.navigate("/reset-password#" + Mailbox.awaitToken(user.email(), "Another password"));
        assertThat(screen.heading("Choose a new password")).isVisible();
        screen.field("New password").fill("short");
        screen.button("Set password").click();
        assertWrong(screen.field("New password"), "8 to 128 characters");
        screen.field("New password").fill(NEW_PASSWORD);
        screen.button("Set password").click();
        assertThat(screen.heading("Sign in")).isVisible();
        screen.field("E-mail address").fill(user.email());
        screen.field("Password").fill(NEW_PASSWORD);
        screen.button("Sign in").click();
        assertThat(screen.heading("Tasks")).isVisible();
    }

    @Test
    void theLinkOfAMailVerifiesTheAddressOnce() {
        var user = newUser();
        String link = "/verify-email#" + Mailbox.awaitToken(user.email(), "Is this your address?");
        page.navigate(link);
        assertThat(screen.status("is verified")).isVisible();
        assertEquals("", page.evaluate("location.hash"));
        page.navigate("about:blank");
        page.navigate(link);
        assertThat(screen.status("not valid")).isVisible();
    }

    @Test
    void whatOneTabDoesTheOtherShows() {
        signIn();
        var other = new Screen(context.newPage());
        other.page().navigate("/");
        assertThat(other.page().getByText("Nothing here yet")).isVisible();
        screen.add("Pay rent");
        assertThat(other.titles()).hasText(new String[] {"Pay rent"});
        other.checkbox("Pay rent").check();
        assertEmpty("Nothing here yet");
        other.button("Account").click();
        other.button("Sign out").click();
        assertThat(other.heading("Sign in")).isVisible();
        assertThat(screen.heading("Sign in")).isVisible();
    }

    @Test
    void nothingOfWhoSignedOutElsewhereIsShownAfterwards() {
        var user = newUser();
        user.createTask("Another secret");
        user.createTask("A secret task");
        signIn(user);
        assertTitles("A secret task", "Another secret");
        List<Route> changes = new ArrayList<>();
        page.route(Pattern.compile("/api/tasks/"), changes::add);
        screen.checkbox("Another secret").check();
        page.waitForCondition(() -> !changes.isEmpty());
        var other = context.newPage();
        other.navigate("/");
        screen.button("Delete A secret task").click();
        assertThat(screen.status("Deleted")).isVisible();
        new Screen(other).button("Account").click();
        new Screen(other).button("Sign out").click();
        assertThat(screen.heading("Sign in")).isVisible();
        assertThat(page.getByText("secret")).hasCount(0);
        screen.submitSignIn(newUser().email(), PASSWORD);
        assertEmpty("Nothing here yet");
        page.waitForResponse(
                Pattern.compile("/api/tasks/"),
                () -> changes.get(0).fulfill(new Route.FulfillOptions().setStatus(500)));
        page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
        assertEquals(0, page.getByText("secret").count());
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
    }

    @Test
    void theAccountShowsItsSessionsAndEndsThem() {
        var user = signIn();
        screen.button("Account").click();
        var dialog = screen.dialog("Account");
        var sessions = dialog.getByRole(AriaRole.LIST, new Locator.GetByRoleOptions().setName("Sessions"))
                .getByRole(AriaRole.LISTITEM);
        assertThat(sessions).hasCount(2);
        assertThat(sessions.filter(new Locator.FilterOptions().setHasText("This session")))
                .hasCount(1);
        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("End session"))
                .click();
        assertThat(sessions).hasCount(1);
        user.client().get("/auth/me").then().spec(problem(401));
        screen.button("Close").click();
        assertThat(dialog).isHidden();
        assertThat(screen.button("Account")).isFocused();
        screen.button("Account").click();
        assertThat(dialog).isVisible();
        page.keyboard().press("Escape");
        assertThat(dialog).isHidden();
        screen.add("Pay rent");
        assertTitles("Pay rent");
    }

    @Test
    void whoseSessionEndedElsewhereSignsInAgainAndLosesNothing() {
        var user = signIn();
        screen.newTask().fill("Pay rent");
        endSessions(user);
        screen.view("All").click();
        var dialog = screen.dialog("Your session has ended");
        assertThat(dialog).isVisible();
        page.keyboard().press("Escape");
        assertThat(dialog).isVisible();
        within(dialog, "Password").fill("wrong password");
        submit(dialog);
        assertThat(dialog.getByRole(AriaRole.ALERT)).containsText(Pattern.compile("\\S"));
        within(dialog, "Password").fill(PASSWORD);
        submit(dialog);
        assertThat(dialog).isHidden();
        assertThat(screen.newTask()).hasValue("Pay rent");
        assertThat(screen.view("All")).hasAttribute("aria-current", "page");
        screen.newTask().press("Enter");
        assertTitles("Pay rent");
    }

    @Test
    void aTaskThatWasTypedAfterTheSessionEndedIsNotLost() {
        var user = signIn();
        endSessions(user);
        screen.add("Pay rent");
        var dialog = screen.dialog("Your session has ended");
        within(dialog, "Password").fill(PASSWORD);
        submit(dialog);
        assertThat(dialog).isHidden();
        assertThat(screen.newTask()).hasValue("Pay rent");
        screen.newTask().press("Enter");
        assertTitles("Pay rent");
    }

    private static void submit(Locator dialog) {
        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Sign in"))
                .click();
    }
}
