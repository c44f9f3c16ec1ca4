package dev.todo.fuzz;

import static dev.todo.fuzz.Request.utf8;

import dev.todo.testing.Dice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** JSON at the edges of its grammar and beyond. Every character is a byte. */
final class OddJson {

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1",
            "1.0",
            "-1",
            "1e400",
            "-1e400",
            "1e-400",
            "1e999999999",
            "-1E+2147483648",
            "1e-999999999999",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "2147483648",
            "253402300800",
            "8210298412800",
            "31556889864403200",
            "0.1",
            "01",
            "+1",
            ".5",
            "1.",
            "1e",
            "0x10",
            "1_000",
            "NaN",
            "Infinity",
            "-Infinity",
            "9".repeat(1000),
            "9".repeat(1001),
            "1" + "0".repeat(5000),
            "-1." + "0".repeat(2000) + "1",
            "0." + "1".repeat(999));

    private static final List<String> WORDS =
            List.of("null", "true", "false", "True", "nul", "undefined", "None", "", "nullnull", "tru\\u0065");

    /** What may be between quotation marks, and what may not. */
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "x",
            "true",
            "1",
            "null",
            "\\t\\n\\r\\b\\f\\/\\\\\\\"",
            utf8("\u00e4\u20ac\ud83d\ude00"),
            utf8("\u00a0\u2003\u202f\ufeff"),
            utf8("\u202e\u200b\u2028\u0301\uffff\ufdd0"),
            "\\u0000",
            "a\\u0000b",
            "\\u001f\\u007f\\uffff",
            "\\ud83d\\ude00",
            "\\ud800",
            "\\udfff",
            "\\udc00\\ud800",
            "\\ud800\\u0041",
            "\\u12",
            "\\uD8",
            "\\x41",
            "\\",
            "\0",
            "\n",
            "\t",
            "\u007f",
            // UTF-8 that is none: a surrogate, overlong forms, a lone byte, half a character, beyond Unicode
            "\u00ed\u00a0\u0080",
            "\u00c0\u0080",
            "\u00c0\u00af",
            "\u00e0\u0080\u0080",
            "\u00ff",
            "\u00fe\u00ff",
            "\u00e2\u0082",
            "\u0080",
            "\u00f4\u0090\u0080\u0080",
            "__proto__",
            "constructor",
            "@type",
            "${jndi:ldap://localhost/a}",
            "' or 1=1 --",
            "%00%c0%80",
            "%s%n%x",
            "<script>alert(1)</script>",
            "x".repeat(50),
            "x".repeat(51),
            "x".repeat(200),
            "x".repeat(201),
            utf8("\ud83d\ude00").repeat(200),
            utf8("\ud83d\ude00").repeat(201),
            "x".repeat(10_000),
            "x".repeat(10_001),
            "\\u0020".repeat(300),
            "\\ud83d\\ude00".repeat(100));

    private static final List<String> NAMES = List.of(
            "id",
            "user_id",
            "userId",
            "created_at",
            "completed_at",
            "dueDate",
            "Title",
            "title ",
            "",
            " ",
            "__proto__",
            "constructor",
            "prototype",
            "toString",
            "hashCode",
            "class",
            "@class",
            "@type",
            "$ref",
            "a.b",
            "a[0]",
            "title\\u0000",
            "\\u0074itle",
            "\\ud800",
            "\u00ff",
            "\0",
            utf8("\u202etitle"),
            "x".repeat(300),
            "x".repeat(51_000));

    private OddJson() {}

    /** A value of any kind, or what is none. */
    static String value(Dice dice) {
        return value(dice, 0);
    }

    private static String value(Dice dice, int depth) {
        return switch (dice.below(depth > 3 ? 6 : 10)) {
            case 0, 1 -> dice.of(NUMBERS);
            case 2 -> dice.of(WORDS);
            case 3 -> quoted(dice.of(OddDates.LIST));
            case 4, 5 -> string(dice);
            case 6, 7 -> array(dice, depth);
            default -> object(dice, depth);
        };
    }

    static String quoted(String text) {
        return '"' + text + '"';
    }

    static String string(Dice dice) {
        return quoted(
                switch (dice.below(12)) {
                    case 0 -> dice.noise(dice.length(60));
                    case 1 -> dice.of(TEXTS) + dice.of(TEXTS);
                    case 2 -> dice.damage(dice.of(TEXTS));
                    default -> dice.of(TEXTS);
                });
    }

    static String name(Dice dice) {
        return quoted(dice.of(NAMES));
    }

    static String array(Dice dice, int depth) {
        List<String> values = new ArrayList<>();
        int length = dice.oneIn(20) ? dice.length(2000) : dice.below(4);
        String repeated = dice.oneIn(3) ? value(dice, depth + 2) : null;
        for (int i = 0; i < length; i++) {
            values.add(
                    repeated == null || i == 0
                            ? value(dice, depth + 2)
                            : repeated.length() > 100 ? quoted("t" + i) : repeated);
        }
        return "[" + String.join(",", values) + "]";
    }

    private static String object(Dice dice, int depth) {
        List<String> members = new ArrayList<>();
        for (int i = dice.below(4); i > 0; i--) {
            members.add((dice.oneIn(2) ? name(dice) : string(dice)) + ":" + value(dice, depth + 1));
        }
        return "{" + String.join(",", members) + "}";
    }

    /** Nested as deep as bytes allow, whether or not it ends. */
    static String bomb(Dice dice, int maxBytes) {
        boolean isArray = dice.oneIn(2);
        String open =
                isArray ? dice.of("[", "[1,", "[[],", " [ ") : dice.of("{\"a\":", "{\"a\":1,\"b\":", "{\"title\":");
        String close = isArray ? "]" : "}";
        int depth = dice.of(10, 64, 500, 998, 999, 1000, 1001, 1002, 2000, maxBytes / (open.length() + 1));
        String bomb = open.repeat(depth)
                + (dice.oneIn(8) ? "" : dice.of("1", "null", "\"x\"", "[]", "{}"))
                + (dice.oneIn(8) ? "" : close.repeat(depth));
        return bomb.substring(0, Math.min(bomb.length(), maxBytes));
    }

    /** A document of these members, of which some are replaced, missing, repeated or joined by others. */
    static String document(Dice dice, Map<String, String> members) {
        List<String> names = new ArrayList<>(members.keySet());
        List<String> written = new ArrayList<>();
        members.forEach((name, value) -> {
            if (!dice.oneIn(5)) {
                written.add(quoted(name) + ":" + value);
            }
        });
        for (int i = dice.below(3); i >= 0; i--) {
            String name = dice.oneIn(4) ? name(dice) : quoted(dice.of(names));
            String value = dice.oneIn(4) ? members.get(dice.of(names)) : value(dice);
            if (!dice.oneIn(12)) {
                // It replaces one of the same name, which is otherwise there twice.
                written.removeIf(member -> member.startsWith(name + ":"));
            }
            written.add(name + ":" + value);
        }
        if (dice.oneIn(2)) {
            Collections.reverse(written);
        }
        return "{" + String.join(",", written) + "}";
    }

    static String plain(Map<String, String> members) {
        List<String> written = new ArrayList<>();
        members.forEach((name, value) -> written.add(quoted(name) + ":" + value));
        return "{" + String.join(",", written) + "}";
    }

    /** A document with something that RFC 8259 does not know, or something odd that it does, at some place. */
    static String decorated(Dice dice, String document) {
        String oddity = dice.of(
                ",",
                ",,",
                "/* comment */",
                "// comment\n",
                "# comment\n",
                " ",
                "\t\r\n",
                "\0",
                "\u00ef\u00bb\u00bf",
                "\u00fe\u00ff",
                "\u00c2\u00a0",
                "\u000b",
                "\u001e",
                "}",
                "{",
                "]",
                "[",
                ":",
                "'",
                "\"",
                "\\",
                ";",
                "null",
                ")]}'\n",
                " ".repeat(100_000));
        List<Integer> places = new ArrayList<>(List.of(0, document.length()));
        for (int i = 0; i < document.length(); i++) {
            if ("{}[],:".indexOf(document.charAt(i)) >= 0) {
                places.add(i);
                places.add(i + 1);
            }
        }
        int place = dice.of(places);
        return document.substring(0, place) + oddity + document.substring(place);
    }

    /** In an encoding that is not UTF-8. */
    static String recoded(Dice dice, String document) {
        int width = dice.of(2, 4);
        boolean bigEndian = dice.oneIn(2);
        var wide = new StringBuilder();
        if (dice.oneIn(2)) {
            wide.append(bigEndian ? "\u00fe\u00ff" : "\u00ff\u00fe");
        }
        String zeros = "\0".repeat(width - 1);
        document.chars().mapToObj(Character::toString).forEach(c -> wide.append(bigEndian ? zeros + c : c + zeros));
        return wide.toString();
    }
}
