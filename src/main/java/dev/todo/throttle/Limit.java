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
        var delay = FIRST_DELAY.multipliedBy(1L << Math.min(over, 10));
        return delay.compareTo(MAX_DELAY) < 0 ? delay : MAX_DELAY;
    }
}
