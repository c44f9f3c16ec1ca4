package dev.todo.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Finding tasks: filters, searches, sorts, pages and addresses. */
@QuarkusTest
class TaskListPageTest extends ScreenTest {

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
}
