package dev.todo.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.todo.testing.BrowserTest;
import dev.todo.testing.Database;
import dev.todo.testing.Mailbox;
import dev.todo.testing.OneTimePassword;
import io.quarkus.test.junit.QuarkusTest;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people do on the page. */
@QuarkusTest
class BrowserPageTest extends BrowserTest {

    private static final String NEW_PASSWORD = "better horse battery staple";
    private static final String FAILED = "Something went wrong on our side.";

    private Screen screen;

    @BeforeEach
    void look() {
        screen = new Screen(page);
    }

    private User signIn() {
        var user = newUser();
        signIn(user);
        return user;
    }

    private void signIn(User user) {
        screen.signIn(user.email(), PASSWORD);
        assertThat(screen.heading("Tasks")).isVisible();
    }

    private void assertTitles(String... titles) {
        assertThat(screen.titles()).hasText(titles);
    }

    private void assertEmpty(String text) {
        assertThat(page.getByText(text)).isVisible();
        assertThat(screen.tasks()).hasCount(0);
    }

    private void assertWrong(Locator field, String message) {
        assertThat(field).hasAttribute("aria-invalid", "true");
        assertThat(field).hasAccessibleDescription(Pattern.compile(message));
    }

    // Signing up and in

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

    private void signUp(String email, String password) {
        page.navigate("/");
        screen.button("Create an account").click();
        screen.field("E-mail address").fill(email);
        screen.field("Password").fill(password);
        screen.button("Create account").click();
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

    // Tasks

    @Test
    void enterAddsATask() {
        var user = signIn();
        screen.add("Pay rent");
        assertTitles("Pay rent");
        assertThat(screen.newTask()).hasValue("");
        assertThat(screen.newTask()).isFocused();
        assertThat(screen.status("Added")).containsText("Pay rent");
        screen.newTask().fill("Buy milk");
        screen.button("Add").click();
        assertTitles("Buy milk", "Pay rent");
        assertThat(screen.status("Added")).containsText("Buy milk");
        user.client().get("/api/tasks").then().body("items.title", contains("Buy milk", "Pay rent"));
    }

    @Test
    void nothingIsNoTask() {
        signIn();
        screen.add("   ");
        screen.add("Pay rent");
        assertTitles("Pay rent");
    }

    @Test
    void aTaskIsEditedInItsPlace() {
        var user = newUser();
        user.createTask("Buy milk");
        String id = user.createTask("Pay rent");
        signIn(user);
        screen.edit("Pay rent");
        var editor = screen.editor("Pay rent");
        assertThat(within(editor, "Title")).isFocused();
        within(editor, "Title").fill("Pay the rent");
        within(editor, "Description").fill("By transfer,\nto the usual account");
        within(editor, "Priority").selectOption("high");
        within(editor, "Due day").fill("2030-12-01");
        within(editor, "Tags").fill("home, money ,home,");
        editor.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Save"))
                .click();
        assertTitles("Pay the rent", "Buy milk");
        assertThat(screen.title("Pay the rent")).isFocused();
        assertThat(screen.status("Saved")).isVisible();
        user.client()
                .get("/api/tasks/{id}", id)
                .then()
                .body("title", equalTo("Pay the rent"))
                .body("description", equalTo("By transfer,\nto the usual account"))
                .body("priority", equalTo("high"))
                .body("due_date", equalTo("2030-12-01"))
                .body("tags", contains("home", "money"));
        screen.edit("Pay the rent");
        var again = screen.editor("Pay the rent");
        assertThat(within(again, "Description")).hasValue("By transfer,\nto the usual account");
        assertThat(within(again, "Priority")).hasValue("high");
        assertThat(within(again, "Due day")).hasValue("2030-12-01");
        assertThat(within(again, "Tags")).hasValue("home, money");
        within(again, "Description").fill("");
        within(again, "Due day").fill("");
        within(again, "Tags").fill("");
        page.waitForResponse("**/api/tasks/*", () -> within(again, "Title").press("Enter"));
        assertThat(again).isHidden();
        assertThat(screen.title("Pay the rent")).isFocused();
        user.client()
                .get("/api/tasks/{id}", id)
                .then()
                .body("description", nullValue())
                .body("due_date", nullValue())
                .body("tags", hasSize(0));
    }

    private static Locator within(Locator form, String label) {
        return form.getByLabel(label, new Locator.GetByLabelOptions().setExact(true));
    }

    @Test
    void escapeAndCancelLeaveATaskAsItIs() {
        var user = newUser();
        user.createTask("Pay rent");
        signIn(user);
        screen.edit("Pay rent");
        within(screen.editor("Pay rent"), "Title").fill("Something else");
        page.keyboard().press("Escape");
        assertTitles("Pay rent");
        assertThat(screen.title("Pay rent")).isFocused();
        screen.edit("Pay rent");
        within(screen.editor("Pay rent"), "Title").fill("Something else");
        screen.button("Cancel").click();
        assertTitles("Pay rent");
        assertThat(screen.title("Pay rent")).isFocused();
        user.client().get("/api/tasks").then().body("items.title", contains("Pay rent"));
    }

    @Test
    void whatTheServiceDoesNotTakeIsSaidInTheForm() {
        var user = newUser();
        user.createTask("Pay rent");
        signIn(user);
        screen.edit("Pay rent");
        within(screen.editor("Pay rent"), "Title").fill("x".repeat(201));
        within(screen.editor("Pay rent"), "Title").press("Enter");
        var title = screen.field("Title");
        assertWrong(title, "1 to 200 characters");
        assertThat(title).hasValue("x".repeat(201));
        title.fill("Pay the rent");
        title.press("Enter");
        assertTitles("Pay the rent");
    }

    @Test
    void aTaskIsCompletedAndReopened() {
        var user = newUser();
        String id = user.createTask("Pay rent");
        signIn(user);
        screen.view("All").click();
        assertThat(screen.view("All")).hasAttribute("aria-current", "page");
        assertTitles("Pay rent");
        screen.checkbox("Pay rent").check();
        assertThat(screen.status("Pay rent")).isVisible();
        user.client().get("/api/tasks/{id}", id).then().body("completed", equalTo(true));
        screen.view("Done").click();
        assertTitles("Pay rent");
        assertThat(screen.checkbox("Pay rent")).isChecked();
        screen.view("Open").click();
        assertEmpty("Nothing here yet");
        screen.view("All").click();
        screen.checkbox("Pay rent").uncheck();
        assertThat(screen.checkbox("Pay rent")).not().isChecked();
        screen.view("Open").click();
        assertTitles("Pay rent");
        user.client().get("/api/tasks/{id}", id).then().body("completed", equalTo(false));
    }

    @Test
    void aDeletedTaskComesBackAsItWas() {
        var user = newUser();
        user.createTask("Buy milk");
        String id = user.createTask(Map.of("title", "Pay rent", "tags", List.of("home")));
        user.createTask("Call Ada");
        signIn(user);
        screen.button("Delete Pay rent").click();
        assertTitles("Call Ada", "Buy milk");
        assertThat(screen.status("Deleted")).containsText("Pay rent");
        screen.button("Undo").click();
        assertTitles("Call Ada", "Pay rent", "Buy milk");
        page.reload();
        assertTitles("Call Ada", "Pay rent", "Buy milk");
        assertThat(screen.tasks().nth(1)).hasAttribute("data-id", id);
        assertThat(screen.tasks().nth(1)).containsText("home");
    }

    @Test
    void aDeletedTaskIsGoneAfterAReload() {
        var user = newUser();
        String id = user.createTask("Pay rent");
        signIn(user);
        screen.button("Delete Pay rent").click();
        assertEmpty("Nothing here yet");
        page.reload();
        assertEmpty("Nothing here yet");
        user.client().get("/api/tasks/{id}", id).then().spec(problem(404));
    }

    @Test
    void aTaskIsDeletedThoughThePageIsLeft() {
        var user = newUser();
        String id = user.createTask("Pay rent");
        signIn(user);
        screen.button("Delete Pay rent").click();
        assertEmpty("Nothing here yet");
        page.navigate("about:blank");
        awaitDeletion(id);
    }

    private static void awaitDeletion(String id) {
        Database.underTest().await("select 1 where not exists (select from tasks where id = '" + id + "')");
    }

    @Test
    void deletingOneTaskAfterAnotherDeletesBoth() {
        var user = newUser();
        String milk = user.createTask("Buy milk");
        String rent = user.createTask("Pay rent");
        signIn(user);
        screen.button("Delete Pay rent").click();
        screen.button("Delete Buy milk").click();
        assertEmpty("Nothing here yet");
        awaitDeletion(rent);
        screen.button("Undo").click();
        assertTitles("Buy milk");
        page.reload();
        assertTitles("Buy milk");
        assertThat(screen.tasks().first()).hasAttribute("data-id", milk);
    }

    // Finding tasks

    @Test
    void tasksAreFilteredByPriority() {
        var user = newUser();
        for (String priority : List.of("low", "medium", "high")) {
            user.createTask(Map.of("title", "Of " + priority + " priority", "priority", priority));
        }
        signIn(user);
        assertTitles("Of high priority", "Of medium priority", "Of low priority");
        screen.choice("Priority").selectOption("high");
        assertTitles("Of high priority");
        assertThat(page).hasURL(Pattern.compile("/\\?priority=high$"));
        screen.choice("Priority").selectOption("");
        assertTitles("Of high priority", "Of medium priority", "Of low priority");
        screen.choice("Priority").selectOption("low");
        screen.search().fill("high");
        assertEmpty("Nothing matches");
    }

    @Test
    void tasksAreFilteredByTags() {
        var user = newUser();
        user.createTask(Map.of("title", "Both", "tags", List.of("home", "money")));
        user.createTask(Map.of("title", "One", "tags", List.of("home")));
        user.createTask("None");
        signIn(user);
        assertTitles("None", "One", "Both");
        tag("One", "home").click();
        assertTitles("One", "Both");
        assertThat(page).hasURL(Pattern.compile("/\\?tag=home$"));
        tag("Both", "money").click();
        assertTitles("Both");
        screen.button("Remove filter home").click();
        assertTitles("Both");
        screen.button("Remove filter money").click();
        assertTitles("None", "One", "Both");
    }

    private Locator tag(String title, String tag) {
        return screen.tasks()
                .filter(new Locator.FilterOptions().setHas(screen.title(title)))
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(tag).setExact(true));
    }

    @Test
    void aViewShowsWhatItSays() {
        var user = newUser();
        var today = LocalDate.now(ZoneId.systemDefault());
        user.createTask("Some day");
        user.createTask(
                Map.of("title", "Yesterday", "due_date", today.minusDays(1).toString()));
        user.createTask(Map.of("title", "Today", "due_date", today.toString()));
        user.createTask(
                Map.of("title", "Tomorrow", "due_date", today.plusDays(1).toString()));
        user.createTask(
                Map.of("title", "Done yesterday", "due_date", today.minusDays(1).toString(), "completed", true));
        signIn(user);
        assertTitles("Tomorrow", "Today", "Yesterday", "Some day");
        assertThat(screen.view("Open")).hasAttribute("aria-current", "page");
        for (var view : Map.of(
                        "Today", "Today",
                        "Overdue", "Yesterday",
                        "Upcoming", "Tomorrow",
                        "Done", "Done yesterday")
                .entrySet()) {
            screen.view(view.getKey()).click();
            assertTitles(view.getValue());
            assertThat(screen.view(view.getKey())).hasAttribute("aria-current", "page");
            assertThat(page).hasURL(Pattern.compile("/\\?view=" + view.getKey().toLowerCase(Locale.ROOT) + "$"));
        }
        screen.view("All").click();
        assertTitles("Done yesterday", "Tomorrow", "Today", "Yesterday", "Some day");
        screen.view("Open").click();
        assertTitles("Tomorrow", "Today", "Yesterday", "Some day");
        assertThat(page).hasURL(Pattern.compile("/$"));
    }

    @Test
    void tasksAreSearchedAsOneTypes() {
        var user = newUser();
        user.createTask("Buy milk");
        user.createTask(Map.of("title", "Bake", "description", "Needs milk and flour"));
        user.createTask("Pay rent");
        signIn(user);
        assertTitles("Pay rent", "Bake", "Buy milk");
        screen.search().pressSequentially("MIL");
        assertTitles("Bake", "Buy milk");
        screen.search().pressSequentially("k and");
        assertTitles("Bake");
        assertThat(page).hasURL(Pattern.compile("[?&]q=MILk(?:\\+|%20)and$"));
        assertThat(screen.search()).isFocused();
        screen.search().pressSequentially("x");
        assertEmpty("Nothing matches");
        screen.search().fill("");
        assertTitles("Pay rent", "Bake", "Buy milk");
    }

    @Test
    void tasksAreSorted() {
        var user = newUser();
        user.createTask(Map.of("title", "Banana", "priority", "low", "due_date", "2031-01-01"));
        user.createTask(Map.of("title", "apple", "priority", "high", "due_date", "2030-01-01"));
        user.createTask(Map.of("title", "Zoo", "priority", "medium"));
        signIn(user);
        assertThat(screen.choice("Sort by")).hasValue("-created_at");
        assertTitles("Zoo", "apple", "Banana");
        for (var sort : Map.of(
                        "title", List.of("apple", "Banana", "Zoo"),
                        "priority", List.of("apple", "Zoo", "Banana"),
                        "due_date", List.of("apple", "Banana", "Zoo"),
                        "created_at", List.of("Banana", "apple", "Zoo"),
                        "-updated_at", List.of("Zoo", "apple", "Banana"))
                .entrySet()) {
            screen.choice("Sort by").selectOption(sort.getKey());
            assertTitles(sort.getValue().toArray(String[]::new));
            assertThat(page).hasURL(Pattern.compile("/\\?sort=" + sort.getKey() + "$"));
            page.reload();
            assertTitles(sort.getValue().toArray(String[]::new));
            assertThat(screen.choice("Sort by")).hasValue(sort.getKey());
        }
    }

    @Test
    void backAndACopiedAddressShowTheSameView() {
        var user = newUser();
        user.createTask(Map.of("title", "Pay rent", "priority", "high", "tags", List.of("home")));
        user.createTask(Map.of("title", "Paint", "tags", List.of("home")));
        user.createTask(Map.of("title", "Done", "completed", true));
        signIn(user);
        assertTitles("Paint", "Pay rent");
        tag("Paint", "home").click();
        screen.choice("Priority").selectOption("high");
        screen.choice("Sort by").selectOption("title");
        screen.search().fill("rent");
        assertTitles("Pay rent");
        assertThat(page).hasURL(Pattern.compile("q=rent"));
        String copied = page.url();
        screen.view("Done").click();
        assertThat(screen.view("Done")).hasAttribute("aria-current", "page");
        page.goBack();
        assertView(screen);
        var other = new Screen(context.newPage());
        other.page().navigate(copied);
        assertView(other);
        page.goBack();
        assertThat(screen.search()).hasValue("");
        assertTitles("Pay rent");
        page.goForward();
        assertView(screen);
    }

    private static void assertView(Screen screen) {
        assertThat(screen.titles()).hasText(new String[] {"Pay rent"});
        assertThat(screen.view("Open")).hasAttribute("aria-current", "page");
        assertThat(screen.choice("Priority")).hasValue("high");
        assertThat(screen.choice("Sort by")).hasValue("title");
        assertThat(screen.search()).hasValue("rent");
        assertThat(screen.button("Remove filter home")).isVisible();
    }

    @Test
    void fiveHundredTasksComeByScrolling() throws InterruptedException, ExecutionException {
        int all = 500;
        var user = newUser();
        createTasks(user, all);
        signIn(user);
        for (int loaded = 0; loaded < all; loaded = screen.tasks().count()) {
            assertThat(screen.tasks().nth(loaded)).isAttached();
            page.mouse().move(640, 400);
            page.mouse().wheel(0, 100_000);
        }
        var titles =
                screen.titles().allTextContents().stream().map(String::strip).toList();
        assertEquals(all, titles.size());
        assertEquals(all, new HashSet<>(titles).size());
        assertThat(screen.button("Show more")).hasCount(0);
    }

    private static void createTasks(User user, int count) throws InterruptedException, ExecutionException {
        var threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<String>> work = new ArrayList<>();
            IntStream.range(0, count).forEach(i -> work.add(() -> user.createTask("Task " + i)));
            for (var created : threads.invokeAll(work)) {
                created.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    // Several tabs and clients

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
        user.createTask("A secret task");
        signIn(user);
        assertTitles("A secret task");
        var other = context.newPage();
        other.navigate("/");
        screen.button("Delete A secret task").click();
        assertThat(screen.status("Deleted")).isVisible();
        new Screen(other).button("Account").click();
        new Screen(other).button("Sign out").click();
        assertThat(screen.heading("Sign in")).isVisible();
        assertThat(page.getByText("A secret task")).hasCount(0);
        signIn();
        assertEmpty("Nothing here yet");
        assertThat(page.getByText("A secret task")).hasCount(0);
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

    private static void endSessions(User user) {
        user.client().delete("/auth/sessions").then().statusCode(204);
    }

    // The service is away, or does not do it

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
        page.clock().pauseAt(System.currentTimeMillis() + 1000);
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

    // Attacks

    @Test
    void whatLooksLikeCodeIsText() {
        String code = "<img src=x onerror=\"document.title='code'\"><script>document.title='code'</script>";
        String tag = "<b onclick=alert(1)>{{1}}${1}</b>";
        var user = signIn();
        screen.add(code);
        assertTitles(code);
        assertThat(screen.status(code)).isVisible();
        screen.edit(code);
        within(screen.editor(code), "Description").fill(code);
        within(screen.editor(code), "Tags").fill(tag);
        within(screen.editor(code), "Title").press("Enter");
        assertThat(screen.status("Saved")).isVisible();
        assertThat(screen.tasks().first().getByText(code)).hasCount(2);
        tag(code, tag).click();
        assertThat(screen.button("Remove filter " + tag)).isVisible();
        screen.search().fill(code);
        assertThat(page).hasURL(Pattern.compile("[?&]q="));
        assertTitles(code);
        page.reload();
        assertThat(screen.search()).hasValue(code);
        assertThat(screen.button("Remove filter " + tag)).isVisible();
        assertTitles(code);
        screen.edit(code);
        assertThat(within(screen.editor(code), "Description")).hasValue(code);
        assertThat(within(screen.editor(code), "Tags")).hasValue(tag);
        screen.button("Cancel").click();
        screen.search().fill("\"><svg onload=alert(1)>");
        assertEmpty("Nothing matches");
        assertThat(page.locator("img[src=x], b, svg[onload]")).hasCount(0);
        assertThat(page).not().hasTitle("code");
        user.client().get("/api/tasks").then().body("items.tags", contains(contains(tag)));
    }

    @Test
    void whatTheServiceSaysIsText() {
        page.route(
                "**/auth/login",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(400)
                        .setContentType("application/problem+json")
                        .setBody("{\"detail\": \"<img src=x onerror=alert(1)>\"}")));
        screen.signIn(newEmail(), PASSWORD);
        assertThat(screen.alert("<img src=x onerror=alert(1)>")).isVisible();
        assertThat(page.locator("img[src=x]")).hasCount(0);
    }

    // Everybody

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
