package dev.todo.throttle;

import java.time.Duration;

/** How many times something may happen before every further time costs a delay. */
public enum Limit {
    /** Wrong passwords and codes for an account. */
    PASSWORD(5, Duration.ofHours(1)),

    /** Wrong passwords and codes for any account, from one address. */
    PASSWORD_BY_ADDRESS(100, Duration.ofSeconds(10)),

    /** Sign-ups from one address. */
    SIGN_UP_BY_ADDRESS(200, Duration.ofSeconds(10)),

    /** Mails that somebody at one address asks for. */
    MAIL_BY_ADDRESS(20, Duration.ofMinutes(1)),

    /** Mails of one kind to one account. */
    MAIL(5, Duration.ofMinutes(10));

    private static final Duration FIRST_DELAY = Duration.ofSeconds(15);
    private static final Duration MAX_DELAY = Duration.ofMinutes(15);

    /** By how many the free times are exceeded when the delay is as long as it gets, and a few more. */
    private static final int MAX_OVER = 8;

    final int free;

    /** After which one time is forgotten. */
    final Duration forgetting;

    Limit(int free, Duration forgetting) {
        this.free = free;
        this.forgetting = forgetting;
    }

    /** Doubles with every further time; nothing at first. */
    Duration delay(double level) {
        int over = (int) Math.round(level) - free;
        if (over < 0) {
            return Duration.ZERO;
        }
        var delay = FIRST_DELAY.multipliedBy(1L << Math.min(over, MAX_OVER));
        return delay.compareTo(MAX_DELAY) < 0 ? delay : MAX_DELAY;
    }

    /** What counting more would only make last longer: who was guessed at for a week is not to pay for it for another. */
    double maxLevel() {
        return free + MAX_OVER;
    }
}
