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
    private static final int MAX = 32;

    private static final long SECOND = 1_000_000_000;

    private long now;

    private final PagesUnderWay pages = new PagesUnderWay(() -> now);
    private final List<String> brokenOff = new ArrayList<>();

    private final UUID ada = UUID.randomUUID();
    private final UUID ben = UUID.randomUUID();
    private final UUID cid = UUID.randomUUID();

    @Test
    void whoTakesTheMostLosesTheOldestPage() {
        write(ada, 7, "Ada's first");
        write(ben, 12, "Ben's");
        write(ada, 13, "Ada's second");

        write(cid, 4, "Cid's first");
        assertEquals(List.of("Ada's first"), brokenOff);
        write(cid, 6, "Cid's second");
        assertEquals(List.of("Ada's first", "Ada's second"), brokenOff);
    }

    @Test
    void whoTakesAsMuchAsTheOthersWaitsUntilTheyHaveHadTimeToRead() {
        write(ada, 4, "Ada's");
        now += SECOND;
        for (int i = 0; i < 7; i++) {
            write(UUID.randomUUID(), 4, "another");
        }
        now += SECOND;
        refused(ben, 4);
        now++;
        refused(ben, 5);
        write(ben, 4, "Ben's");
        assertEquals(List.of("Ada's"), brokenOff);
    }

    @Test
    void whoTakesMuchBreaksNobodyOff() {
        write(ada, 1, "Ada's");
        now += 3 * SECOND;
        write(ben, MAX - 1, "Ben's");
        refused(ben, 1);
        assertEquals(List.of(), brokenOff);
    }

    @Test
    void nobodyLosesAPageToOnesOfTheirOwn() {
        write(ada, MAX, "Ada's");
        now += 3 * SECOND;
        refused(ada, 1);
        assertEquals(List.of(), brokenOff);
    }

    @Test
    void nobodyLosesAPageToOneThatDoesNotFitAllTheSame() {
        write(ada, 13, "Ada's");
        write(ben, 10, "Ben's");
        write(cid, 9, "Cid's");
        refused(UUID.randomUUID(), 14);
        refused(UUID.randomUUID(), MAX + 1);
        assertEquals(List.of(), brokenOff);
    }

    /** Its memory would still be taken. */
    @Test
    void aPageThatIsNotWrittenYetIsNotBrokenOff() {
        var page = take(ada, MAX);
        refused(ben, 1);
        page.isWritten(MAX * MEGABYTE, page::giveBack);
        write(ben, 1, "Ben's");
        refused(ben, MAX);
    }

    @Test
    void whatIsGivenBackIsThereOnce() {
        var page = write(ada, MAX, "Ada's");
        page.isWritten(MAX / 2 * MEGABYTE, () -> brokenOff.add("Ada's"));
        page.isWritten(MAX * MEGABYTE, () -> brokenOff.add("Ada's"));
        take(ada, MAX / 2);
        refused(ada, 1);
        page.giveBack();
        page.giveBack();
        take(ada, MAX / 2);
        refused(ada, 1);
    }

    @Test
    void aPageThatWasBrokenOffGivesNothingBackAnyMore() {
        var page = write(ada, MAX, "Ada's");
        take(ben, MAX - 1);
        assertEquals(List.of("Ada's"), brokenOff);
        page.giveBack();
        page.isWritten(MAX * MEGABYTE, () -> brokenOff.add("Ada's"));
        refused(cid, 2);
        take(cid, 1);
        refused(cid, 1);
    }

    private PagesUnderWay.Room take(UUID user, int megabytes) {
        return pages.take(user, megabytes * MEGABYTE);
    }

    private PagesUnderWay.Room write(UUID user, int megabytes, String name) {
        var page = take(user, megabytes);
        page.isWritten(megabytes * MEGABYTE, () -> {
            brokenOff.add(name);
            page.giveBack();
        });
        return page;
    }

    private void refused(UUID user, int megabytes) {
        assertThrows(ProblemException.class, () -> take(user, megabytes));
    }
}
