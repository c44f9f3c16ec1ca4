package dev.todo.fuzz;

import dev.todo.testing.Dice;
import java.util.List;

/** Days and moments around every edge of the calendar, the clock and the form. They are text, not bytes. */
final class OddDates {

    private static final List<String> YEARS = List.of(
            "2026",
            "2024",
            "2023",
            "1900",
            "2000",
            "2100",
            "1582",
            "1970",
            "0000",
            "0001",
            "9999",
            "10000",
            "+10000",
            "-0001",
            "+2026",
            "+999999999",
            "-999999999",
            "+1000000000",
            "26",
            "");

    private static final List<String> MONTHS =
            List.of("01", "02", "02", "02", "12", "11", "06", "00", "13", "1", "-1", "\u0660\u0661", "");

    private static final List<String> DAYS =
            List.of("01", "28", "29", "29", "30", "31", "00", "32", "1", "\u0967\u0968", "01 ", "");

    private static final List<String> SEPARATORS =
            List.of("T", "T", "T", "T", "t", " ", "  ", "", "\u0422", "_", "\n", "TT");

    private static final List<String> HOURS = List.of("00", "23", "12", "24", "25", "-1", "9", "\uff11\uff12", "");

    private static final List<String> SIXTIETHS =
            List.of("00", "00", "59", "59", "60", "61", "99", "5", "\u06f0\u06f0", "");

    private static final List<String> FRACTIONS = List.of(
            "",
            "",
            ".0",
            ".999999",
            ".9999999",
            ".999999999",
            ".9999999999",
            ".",
            ",5",
            ".000000000000000000000001",
            ".\u0661",
            "." + "9".repeat(3000));

    private static final List<String> OFFSETS = List.of(
            "Z",
            "Z",
            "z",
            "+00:00",
            "-00:00",
            "+14:00",
            "-09:30",
            "+18:00",
            "-18:00",
            "+18:01",
            "-18:01",
            "+23:59",
            "-23:59",
            "+24:00",
            "+99:99",
            "+01:60",
            "+0100",
            "+01",
            "+1:00",
            "+01:00:01",
            "\u221201:00",
            "",
            "Z[UTC]",
            "+01:00[Europe/Berlin]",
            "GMT",
            "ZZ");

    /** Some that hold for whole classes, for where a date is one of many values. */
    static final List<String> LIST = List.of(
            "2026-12-01",
            "2026-12-01T17:00:00+01:00",
            "2024-02-29",
            "2023-02-29",
            "2026-06-30T23:59:60Z",
            "2026-12-01T24:00:00Z",
            "0000-12-31",
            "0001-01-01",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31",
            "9999-12-31T23:59:59.999999999-18:00",
            "+10000-01-01",
            "2026-12-01T17:00Z",
            "20261201",
            "2026-W49-2",
            "2026-335",
            "1764608400",
            "now");

    private OddDates() {}

    static String next(Dice dice) {
        return switch (dice.below(8)) {
            case 0 -> dice.of(LIST);
            case 1 -> dice.damage(dice.of(LIST));
            case 2 -> day(dice);
            case 3 -> dice.of(" ", "\t", "\u00a0", "\ufeff", "") + day(dice) + dice.of(" ", "\n", "\0", "Z", "x");
            default -> day(dice) + sound(dice, SEPARATORS, 5) + time(dice);
        };
    }

    private static String day(Dice dice) {
        // Most parts are right, or no more than one would ever be looked at.
        String dash = dice.oneIn(16) ? dice.of("/", "", "\u2010", "--", ".") : "-";
        return sound(dice, YEARS, 7) + dash + sound(dice, MONTHS, 7) + dash + sound(dice, DAYS, 6);
    }

    private static String time(Dice dice) {
        String colon = dice.oneIn(16) ? dice.of(".", "", "\uff1a", "::") : ":";
        return sound(dice, HOURS, 3)
                + colon
                + sound(dice, SIXTIETHS, 4)
                + colon
                + sound(dice, SIXTIETHS, 5)
                + dice.of(FRACTIONS)
                + dice.of(OFFSETS);
    }

    /** One of the first choices, which are in order, or now and then any. */
    private static String sound(Dice dice, List<String> choices, int sound) {
        return dice.oneIn(20) ? dice.of(choices) : choices.get(dice.below(sound));
    }
}
