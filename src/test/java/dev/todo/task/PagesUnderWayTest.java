package dev.todo.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.todo.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PagesUnderWayTest {

    private static final int MEGABYTE = 1 << 20;
    private static final int MAX = 48;

    private final PagesUnderWay pages = new PagesUnderWay();
    private final List<String> brokenOff = new ArrayList<>();

    private final UUID ada = UUID.randomUUID();
    private final UUID ben = UUID.randomUUID();
    private final UUID cid = UUID.randomUUID();

    @Test
    void whoTakesTheMostLosesTheOldestPage() {
        take(ada, 10, "Ada's first");
        take(ben, 18, "Ben's");
        take(ada, 20, "Ada's second");

        take(cid, 4, "Cid's first");
        assertEquals(List.of("Ada's first"), brokenOff);
        take(cid, 8, "Cid's second");
        assertEquals(List.of("Ada's first", "Ada's second"), brokenOff);
    }

    @Test
    void whoWouldTakeAsMuchThemselvesIsRefused() {
        take(ada, 24, "Ada's");
        take(ben, 24, "Ben's");
        refused(cid, 24);
        refused(ada, 1);
        assertEquals(List.of(), brokenOff);
    }

    @Test
    void whatIsGivenBackIsThereOnce() {
        var page = take(ada, MAX, "Ada's");
        page.shrinkTo(MAX / 2 * MEGABYTE);
        page.shrinkTo(MAX * MEGABYTE);
        take(ada, MAX / 2, "Ada's second");
        refused(ada, 1);
        page.giveBack();
        page.giveBack();
        take(ada, MAX / 2, "Ada's third");
        refused(ada, 1);
    }

    @Test
    void aPageThatWasBrokenOffGivesNothingBackAnyMore() {
        var page = take(ada, MAX, "Ada's");
        take(ben, MAX / 2 - 1, "Ben's");
        assertEquals(List.of("Ada's"), brokenOff);
        page.giveBack();
        take(cid, MAX / 2 + 1, "Cid's");
        refused(ada, MAX / 2 + 2);
    }

    private PagesUnderWay.Room take(UUID user, int megabytes, String name) {
        return pages.take(user, megabytes * MEGABYTE, () -> brokenOff.add(name));
    }

    private void refused(UUID user, int megabytes) {
        assertThrows(ProblemException.class, () -> take(user, megabytes, "refused"));
    }
}
