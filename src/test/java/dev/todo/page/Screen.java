package dev.todo.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.regex.Pattern;

/** What is on the page, by the roles and names by which people find it, too. */
record Screen(Page page) {

    /** Tabs until the focus is there: more often, and it is out of reach. */
    private static final int MOST_STEPS = 60;

    Locator heading(String name) {
        return page.getByRole(
                AriaRole.HEADING,
                new Page.GetByRoleOptions().setName(name).setExact(true).setLevel(1));
    }

    Locator button(String name) {
        return named(AriaRole.BUTTON, name);
    }

    Locator view(String name) {
        return named(AriaRole.NAVIGATION, "Views")
                .getByRole(
                        AriaRole.LINK,
                        new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator field(String label) {
        return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
    }

    Locator search() {
        return named(AriaRole.SEARCHBOX, "Search tasks");
    }

    Locator newTask() {
        return named(AriaRole.TEXTBOX, "New task");
    }

    Locator choice(String name) {
        return named(AriaRole.COMBOBOX, name);
    }

    Locator tasks() {
        return named(AriaRole.LIST, "Tasks").locator("li[data-id]");
    }

    Locator titles() {
        return tasks().getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("^Edit ")));
    }

    Locator checkbox(String title) {
        return named(AriaRole.CHECKBOX, "Complete " + title);
    }

    Locator title(String title) {
        return button("Edit " + title);
    }

    Locator editor(String title) {
        return named(AriaRole.FORM, "Edit " + title);
    }

    Locator dialog(String name) {
        return named(AriaRole.DIALOG, name);
    }

    Locator status(String text) {
        return page.getByRole(AriaRole.STATUS).filter(new Locator.FilterOptions().setHasText(text));
    }

    Locator alert(String text) {
        return page.getByRole(AriaRole.ALERT).filter(new Locator.FilterOptions().setHasText(text));
    }

    private Locator named(AriaRole role, String name) {
        return page.getByRole(role, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    void signIn(String email, String password) {
        page.navigate("/");
        submitSignIn(email, password);
    }

    void submitSignIn(String email, String password) {
        field("E-mail address").fill(email);
        field("Password").fill(password);
        button("Sign in").click();
    }

    void add(String title) {
        newTask().fill(title);
        newTask().press("Enter");
    }

    void edit(String title) {
        title(title).click();
        assertThat(editor(title)).isVisible();
    }

    void tabTo(Locator target) {
        for (int i = 0; i < MOST_STEPS; i++) {
            if ((boolean) target.evaluate("element => element.getRootNode().activeElement === element")) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("Out of reach of the Tab key: " + target);
    }
}
