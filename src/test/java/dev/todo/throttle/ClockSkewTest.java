package dev.todo.throttle;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClockSkewTest {

    @Test
    void whoTakesTurnsBetweenReplicasWhoseClocksDifferIsCounted() {
        var late = Instant.parse("2026-12-01T12:00:00Z");
        var early = late.plus(Limit.SIGN_UP_BY_ADDRESS.forgetting);
        var throttle = new Throttle();
        throttle.countedAt = late;
        throttle.forgottenAt = late;
        for (int i = 0; i < 10; i++) {
            throttle.count(Limit.SIGN_UP_BY_ADDRESS, late);
            throttle.count(Limit.SIGN_UP_BY_ADDRESS, early);
        }
        assertTrue(throttle.level >= 19, "level " + throttle.level);
    }
}
