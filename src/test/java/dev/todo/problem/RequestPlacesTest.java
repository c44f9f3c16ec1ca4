package dev.todo.problem;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.todo.problem.RequestLimit.Place;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a {@link RequestLimit} gives to requests, without the requests. */
class RequestPlacesTest {

    private static final int LARGE = 256 << 10;

    private final RequestLimit limit = new RequestLimit();

    @Test
    void aThousandAreWorkedOn() {
        var places = take(1_000, 0);
        assertRefused(0);
        places.get(0).release();
        limit.take(0);
        assertRefused(0);
    }

    @Test
    void largeBodiesAreRefusedBeforeAnythingElseIs() {
        var places = take(64, LARGE);
        assertRefused(LARGE);
        limit.take(0);
        places.get(0).release();
        limit.take(LARGE);
        assertRefused(LARGE);
    }

    @Test
    void whatGoesOnWhenTheClientHasGoneCountsUntilItIsDone() {
        var place = take(1_000, 0).get(0);
        place.hold();
        place.release();
        assertRefused(0);
        place.release();
        limit.take(0);
        assertRefused(0);
    }

    private List<Place> take(int count, int bytes) {
        return IntStream.range(0, count).mapToObj(i -> limit.take(bytes)).toList();
    }

    private void assertRefused(int bytes) {
        assertThrows(ProblemException.class, () -> limit.take(bytes));
    }
}
