package dev.todo.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.todo.export.ExportTurns.Turn;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ExportTurnsTest {

    private final List<UUID> users = List.of(user(1), user(2), user(3), user(4));
    private final List<UUID> brokenOff = new ArrayList<>();
    private long now;
    private final ExportTurns turns = new ExportTurns(() -> now);

    @Test
    void fourAtOnceAndOneOfEachUser() {
        assertNotNull(begin(user(1)));
        assertNull(begin(user(1)));
        users.stream().skip(1).forEach(user -> assertNotNull(begin(user)));
        assertNull(begin(user(5)));
        assertEquals(List.of(), brokenOff);
    }

    @Test
    void aTurnThatHasEndedIsFree() {
        List<Turn> begun = users.stream().map(this::begin).toList();
        begun.get(2).end();
        begun.get(2).end();
        assertNotNull(begin(user(5)));
        assertNull(begin(user(6)));
    }

    @Test
    void whoHasHadATurnForLongestGivesWay() {
        for (UUID user : users) {
            pass(1);
            begin(user);
        }
        pass(8);
        assertNotNull(begin(user(5)));
        assertEquals(List.of(user(1)), brokenOff);
        // The next one has had less than ten seconds.
        assertNull(begin(user(6)));
    }

    @Test
    void whoBeginsAnewAllTheTimeGivesWayAllTheSame() {
        List<Turn> begun = users.stream().map(this::begin).toList();
        pass(9);
        begun.forEach(Turn::end);
        users.forEach(this::begin);
        pass(2);
        assertNotNull(begin(user(5)));
        assertEquals(1, brokenOff.size());
    }

    @Test
    void whoHasGivenWayTakesNobodyElsesTurn() {
        users.forEach(this::begin);
        pass(11);
        for (int i = 5; i < 9; i++) {
            assertNotNull(begin(user(i)));
        }
        pass(11);
        assertNull(begin(user(1)));
        assertEquals(4, brokenOff.size());
    }

    /** Else a few accounts keep the export of somebody who needs half a minute from ever being complete. */
    @Test
    void whoHasGivenWayDoesNotGiveWayBeforeThoseWhoHaveHadMore() {
        UUID brokenOffOnce = user(9);
        begin(brokenOffOnce);
        pass(1);
        users.stream().limit(3).forEach(this::begin);
        pass(10);
        begin(user(4));
        assertEquals(List.of(brokenOffOnce), brokenOff);
        pass(30);
        assertNotNull(begin(brokenOffOnce));
        pass(12);
        for (int i = 5; i < 8; i++) {
            assertNotNull(begin(user(i)));
        }
        assertEquals(5, brokenOff.size());
        assertEquals(
                List.of(brokenOffOnce),
                brokenOff.stream().filter(brokenOffOnce::equals).toList());
    }

    /** Each leaves before it would have to, and comes again when all others have had a turn. */
    @Test
    void manyAccountsThatTakeTheTurnsInTurnKeepNobodyOut() {
        int accounts = 60;
        var begun = new ArrayDeque<Turn>();
        for (int i = 0; i < 2 * accounts; i++) {
            if (begun.size() == users.size()) {
                begun.remove().end();
            }
            begun.add(begin(user(i % accounts)));
            pass(i % users.size() == users.size() - 1 ? 9 : 0);
        }
        assertNotNull(begin(user(accounts)));
    }

    @Test
    void afterAPauseItIsAnotherTime() {
        users.forEach(user -> begin(user).end());
        pass(121);
        users.forEach(this::begin);
        pass(9);
        assertNull(begin(user(5)));
    }

    @Test
    void whoHasGivenWayDoesNotEndTheTurnThatTheyHaveByNow() {
        Turn first = begin(user(1));
        users.stream().skip(1).forEach(this::begin);
        pass(11);
        Turn other = begin(user(5));
        other.end();
        assertNotNull(begin(user(1)));
        first.end();
        assertNull(begin(user(1)));
    }

    private Turn begin(UUID user) {
        return turns.begin(user, () -> brokenOff.add(user));
    }

    private void pass(int seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    private static UUID user(int number) {
        return new UUID(0, number);
    }
}
