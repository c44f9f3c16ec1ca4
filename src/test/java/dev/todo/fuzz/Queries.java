package dev.todo.fuzz;

import static dev.todo.fuzz.Request.utf8;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.todo.testing.Dice;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;

/** Addresses of lists and tasks: cursors, dates and everything else that may be in them. */
final class Queries {

    private static final List<String> NAMES =
            List.of("completed", "priority", "tag", "q", "due_from", "due_to", "sort", "limit", "cursor");

    private static final List<String> GOOD = List.of(
            "completed=true",
            "completed=false",
            "priority=high",
            "priority=low",
            "tag=home",
            "tag=%F0%9F%98%80",
            "q=rent",
            "q=100%25",
            "q=a_b%5C",
            "due_from=2026-12-01",
            "due_to=2026-12-01T17:00:00%2B01:00",
            "sort=-due_date",
            "sort=title",
            "limit=3",
            "limit=200");

    private static final List<String> ODD_NAMES = List.of(
            "Limit",
            "limit[]",
            "limit%5B%5D",
            "%6cimit",
            "limi%74",
            "",
            "%00",
            "tag%00",
            "%ff",
            "__proto__",
            "due-from",
            "cursor%20",
            "+limit",
            "a.b",
            ";",
            "q;x");

    private static final List<String> VALUES = List.of(
            "",
            "true",
            "false",
            "TRUE",
            "1",
            "0",
            "-1",
            "50",
            "200",
            "201",
            "007",
            "99999999999999999999",
            "1e2",
            "+5",
            "\u0665",
            "high",
            "medium",
            "low",
            "High",
            "high,low",
            "title",
            "-title",
            "--title",
            "due_date",
            "-due_date",
            "-priority",
            "updated_at",
            "created_at desc",
            "title; drop table tasks",
            "home",
            "%",
            "_",
            "\\",
            "\\\\%",
            "%%%%%",
            "' or 1=1 --",
            ":owner",
            "?1",
            "{}",
            "{home,\"x\"}",
            "\u00e4\u20ac\ud83d\ude00",
            "\u0130\u0131\u1e9e",
            "\u202e\u200b\u0301",
            "\uffff",
            "x".repeat(50),
            "x".repeat(51),
            "\ud83d\ude00".repeat(51),
            "x".repeat(3000),
            "%_".repeat(1500),
            "\ud83d\ude00".repeat(1500));

    /** Percent-encoding of what is not UTF-8, not encoded, encoded twice, or not there. */
    private static final List<String> ENCODED = List.of(
            "%00",
            "%2500",
            "%c0%80",
            "%c0%af",
            "%e0%80%af",
            "%f0%80%80%af",
            "%ed%a0%80",
            "%ed%a0%80%ed%b0%80",
            "%f4%90%80%80",
            "%f8%88%80%80%80",
            "%ff",
            "%fe%ff",
            "%80",
            "%e2%82",
            "%c3",
            "%C3%a4",
            "%25",
            "%2525",
            "%252e%252e%252f",
            "%2f",
            "%5c",
            "%26limit%3d1",
            "%3D",
            "%23",
            "%3b",
            "%0d%0aX-Injected:%201",
            "%0a",
            "%09",
            "%7f",
            "%20",
            "+",
            "++",
            "%2b",
            "%",
            "%%",
            "%4",
            "%zz",
            "%u0041",
            "%-1",
            "% 1",
            "%\u00e4",
            "\u00ff",
            "\u00c3\u00a4",
            "|",
            "^`{}\"<>[]\\",
            "#",
            "&",
            "&&",
            "=",
            ";",
            "?",
            "/",
            "//",
            "..",
            "%ef%bb%bf",
            "%e2%80%ae",
            "%f0%9f%98%80");

    /** A page of a list, and where the next one begins. */
    record Page(String query, String cursor) {}

    private final String authorization;
    private final List<Page> pages;
    private final List<String> foreign;
    private final List<String> ids;

    /** @param foreign cursors of somebody else */
    Queries(String authorization, List<Page> pages, List<String> foreign, List<String> ids) {
        this.authorization = authorization;
        this.pages = pages;
        this.foreign = foreign;
        this.ids = ids;
    }

    Request cursor(Dice dice) {
        Page page = dice.of(pages);
        String cursor = page.cursor();
        String bytes = new String(Base64.getUrlDecoder().decode(cursor), ISO_8859_1);
        String odd = switch (dice.below(12)) {
            case 0 -> cursor;
            case 1 -> dice.of(pages).cursor();
            case 2 -> dice.of(foreign);
            case 3, 4 -> dice.damage(cursor);
            case 5 -> encode(dice.flip(bytes));
            case 6 -> encode(dice.damage(bytes));
            case 7 -> encode(bytes.substring(0, dice.below(bytes.length())));
            case 8 -> encode(bytes + dice.noise(dice.length(5000)));
            case 9 ->
                dice.of(
                        cursor + "=",
                        cursor + "==",
                        cursor.replace('-', '+').replace('_', '/'),
                        cursor.substring(0, cursor.length() - 1) + dice.of("A", "B", "Q", "g", "w"),
                        cursor + cursor,
                        cursor.substring(0, 43) + dice.of(pages).cursor().substring(43),
                        " " + cursor,
                        cursor + "\n");
            case 10 -> encode(dice.noise(dice.length(200)));
            default -> dice.oneIn(2) ? odd(dice) : dice.noise(dice.length(100));
        };
        String written = write(dice, odd);
        String query = page.query() + "&cursor=" + written;
        if (dice.oneIn(20)) {
            query += dice.of(
                    "&cursor=", "&cursor=" + cursor, "&limit=200", "&" + name(dice) + "=" + write(dice, odd(dice)));
        }
        // Where the parameter is what it looks like, it must be a cursor of this list that is accepted, and no other.
        boolean plain = query.equals(page.query() + "&cursor=" + written) && written.matches("[\\w=-]*");
        boolean known =
                pages.stream().anyMatch(other -> other.query().equals(page.query()) && isSame(written, other.cursor()));
        return plain && !known ? list(query, 400) : list(query, 200, 400);
    }

    Request date(Dice dice) {
        List<String> parameters = new ArrayList<>();
        for (String name : List.of("due_from", "due_to")) {
            if (parameters.isEmpty() || dice.oneIn(4)) {
                parameters.add(name + "=" + write(dice, utf8(OddDates.next(dice))));
            }
        }
        Collections.reverse(parameters);
        if (dice.oneIn(4)) {
            parameters.add(dice.of("sort=due_date", "sort=-due_date", "limit=1", "completed=false", "q=x"));
        }
        return list(String.join("&", parameters), 200, 400);
    }

    Request parameter(Dice dice) {
        List<String> parameters = new ArrayList<>();
        for (int i = dice.oneIn(100) ? 300 : dice.below(4); i >= 0; i--) {
            parameters.add(
                    switch (dice.below(24)) {
                        case 0 -> name(dice);
                        case 1 -> name(dice) + "=" + dice.of(ENCODED) + dice.of(ENCODED);
                        case 2 -> dice.of(ODD_NAMES) + "=" + write(dice, odd(dice));
                        case 3 -> name(dice) + dice.of(ENCODED) + write(dice, odd(dice));
                        case 4, 5, 6, 7, 8 -> name(dice) + "=" + write(dice, odd(dice));
                        case 9, 10, 11 -> dice.of("q", "tag") + "=" + write(dice, odd(dice));
                        default -> dice.of(GOOD);
                    });
        }
        String query = String.join(dice.oneIn(20) ? dice.of("&&", ";", "&;", "?", "&amp;") : "&", parameters);
        return list(dice.oneIn(20) ? dice.damage(query) : query, 200, 400);
    }

    Request path(Dice dice) {
        String id = dice.of(ids);
        String odd = switch (dice.below(6)) {
            case 0 -> id;
            case 1 -> dice.damage(id);
            case 2 -> dice.of(ENCODED) + id;
            case 3 -> id + dice.of(ENCODED) + dice.of("", "complete", "/complete", ";a=b");
            case 4 -> dice.of(ENCODED) + dice.of(ENCODED);
            default ->
                dice.of(
                        "1-1-1-1-1",
                        "null",
                        "{id}",
                        "..",
                        ".",
                        "%2e%2e",
                        ";",
                        ";id=" + id,
                        "x".repeat(10_000),
                        "00000000-0000-0000-0000-000000000000");
        };
        String path = "/api/tasks/" + target(odd);
        return path.length() > 1000
                ? Request.get(path, null, authorization, 404, 414)
                : Request.get(path, null, authorization, 200, 400, 404, 405);
    }

    private static String name(Dice dice) {
        return dice.oneIn(20) ? dice.of(ODD_NAMES) : dice.of(NAMES);
    }

    private static String odd(Dice dice) {
        return dice.oneIn(6) ? utf8(OddDates.next(dice)) : utf8(dice.of(VALUES));
    }

    private Request list(String query, Integer... allowed) {
        return Request.get("/api/tasks", target(query), authorization, allowed);
    }

    /** Without what would end the target or the line. */
    private static String target(String text) {
        String cut = text.length() > 30_000 ? text.substring(0, 30_000) : text;
        return cut.replaceAll("[\\x00-\\x20\\x7f]", "%20");
    }

    /** A value, mostly encoded as it should be. */
    private static String write(Dice dice, String value) {
        return switch (dice.below(24)) {
            case 0 -> value;
            case 1 -> percent(percent(value));
            case 2 -> everything(value);
            case 3 -> percent(value).replace("%20", "+");
            case 4 -> dice.damage(percent(value));
            case 5 -> {
                int at = dice.below(value.length() + 1);
                yield percent(value.substring(0, at)) + dice.of(ENCODED) + percent(value.substring(at));
            }
            default -> percent(value);
        };
    }

    private static String percent(String value) {
        return URLEncoder.encode(value, ISO_8859_1).replace("+", "%20");
    }

    private static String everything(String value) {
        var text = new StringBuilder();
        value.chars().forEach(c -> text.append("%%%02x".formatted(c)));
        return text.toString();
    }

    private static String encode(String bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.getBytes(ISO_8859_1));
    }

    private static boolean isSame(String text, String cursor) {
        try {
            return Arrays.equals(
                    Base64.getUrlDecoder().decode(text.getBytes(UTF_8)),
                    Base64.getUrlDecoder().decode(cursor));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
