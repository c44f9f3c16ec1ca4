package dev.todo.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.todo.testing.Database;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Adding, changing and deleting tasks, and what the page makes of text that looks like code. */
@QuarkusTest
class TaskPageTest extends ScreenTest {

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
}
