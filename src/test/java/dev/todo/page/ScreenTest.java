package dev.todo.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import dev.todo.testing.BrowserTest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;

/** Tests of what people do on the page, which is a {@link Screen} to them. */
abstract class ScreenTest extends BrowserTest {

    Screen screen;

    @BeforeEach
    void look() {
        screen = new Screen(page);
    }

    void signUp(String email, String password) {
        page.navigate("/");
        screen.button("Create an account").click();
        screen.field("E-mail address").fill(email);
        screen.field("Password").fill(password);
        screen.button("Create account").click();
    }

    User signIn() {
        var user = newUser();
        signIn(user);
        return user;
    }

    void signIn(User user) {
        screen.signIn(user.email(), PASSWORD);
        assertThat(screen.heading("Tasks")).isVisible();
    }

    static void endSessions(User user) {
        user.client().delete("/auth/sessions").then().statusCode(204);
    }

    void assertTitles(String... titles) {
        assertThat(screen.titles()).hasText(titles);
    }

    void assertEmpty(String text) {
        assertThat(page.getByText(text)).isVisible();
        assertThat(screen.tasks()).hasCount(0);
    }

    void assertWrong(Locator field, String message) {
        assertThat(field).hasAttribute("aria-invalid", "true");
        assertThat(field).hasAccessibleDescription(Pattern.compile(message));
    }

    static Locator within(Locator form, String label) {
        return form.getByLabel(label, new Locator.GetByLabelOptions().setExact(true));
    }

    Locator tag(String title, String tag) {
        return screen.tasks()
                .filter(new Locator.FilterOptions().setHas(screen.title(title)))
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(tag).setExact(true));
    }
}
