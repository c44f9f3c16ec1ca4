package dev.todo.fuzz;

import static dev.todo.fuzz.Request.utf8;

import dev.todo.testing.Dice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bodies of requests that write, and the headers that say what they are. */
final class Bodies {

    private static final int MAX_BYTES = 256 * 1024;

    private static final String JSON = "application/json";

    private final String authorization;
    private final String email;
    private final String password;
    private final List<String> ids;

    /** @param ids of a task for every connection, that no other changes */
    Bodies(String authorization, String email, String password, List<String> ids) {
        this.authorization = authorization;
        this.email = email;
        this.password = password;
        this.ids = ids;
    }

    Request create(Dice dice) {
        return Request.send("POST", "/api/tasks", authorization, JSON, task(dice), 201, 400);
    }

    Request change(Dice dice) {
        String path = "/api/tasks/" + id(dice);
        return switch (dice.below(9)) {
            case 0 -> Request.send("PATCH", path + "/complete", authorization, JSON, completion(dice), 200, 400);
            case 1, 2, 3, 4 -> Request.send("PUT", path, authorization, JSON, task(dice), 200, 400);
            default ->
                Request.send(
                        "PATCH",
                        path,
                        authorization,
                        dice.of(JSON, "application/merge-patch+json"),
                        task(dice),
                        200,
                        400);
        };
    }

    String id(Dice dice) {
        return ids.get(dice.number() % ids.size());
    }

    /** Hardly any is a log-in that is tried: that takes long, and others may be kept waiting for those that fail. */
    Request logIn(Dice dice) {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("email", OddJson.quoted(email));
        members.put("password", OddJson.quoted(password));
        if (dice.number() % 100 == 0) {
            String body = OddJson.plain(members);
            return Request.send("POST", "/auth/login", null, JSON, dice.oneIn(2) ? body + " \n" : body, 200, 429);
        }
        String broken = dice.of("email", "password");
        members.put(broken, dice.of("5", "null", "[]", "{}", "true", "\"\\ud800\"", "\"\\u0000\"", "1e400"));
        String body = switch (dice.below(5)) {
            case 0 -> OddJson.decorated(dice, OddJson.plain(members));
            case 1 -> {
                members.put(broken, OddJson.bomb(dice, 5000));
                yield OddJson.plain(members);
            }
            case 2 -> OddJson.recoded(dice, OddJson.plain(members));
            case 3 -> {
                members.put(dice.of("Email", "username", "otp", ""), OddJson.value(dice));
                yield OddJson.plain(members);
            }
            default -> {
                members.put(broken.equals("email") ? "password" : "email", OddJson.string(dice));
                yield OddJson.plain(members);
            }
        };
        return Request.send("POST", "/auth/login", null, JSON, cut(body), 400);
    }

    /** A valid body, in headers that say otherwise. */
    Request header(Dice dice) {
        String odd = dice.of(
                "application/json;charset=utf-8",
                "application/json; charset=utf-16",
                "application/json; charset=nonsense",
                "application/json; charset=\"",
                "application/json; charset=",
                "application/json;;;",
                "application/json; q=x",
                "application/*+json",
                "application/vnd.api+json",
                "application/xml",
                "application/",
                "/",
                "*/*",
                "*",
                "json",
                "",
                ",",
                "application/json, text/html",
                "application/json;q=0",
                "*/*;q=2",
                "*/*;q=-1",
                "*/*;q=NaN",
                "text/html;q=1e9",
                "a/b;" + "x=y;".repeat(1000),
                "\u00ff/\u00ff",
                utf8("applic\u00e4tion/json"),
                "multipart/form-data; boundary=",
                "multipart/form-data",
                "text/event-stream",
                "application/problem+json");
        String name = dice.of(
                "Content-Type",
                "Content-Type",
                "Accept",
                "Accept",
                "Accept-Language",
                "Accept-Charset",
                "Accept-Encoding",
                "Content-Encoding",
                "Content-Language",
                "X-Request-Id",
                "traceparent",
                "Cookie",
                "Range",
                "If-None-Match",
                "If-Modified-Since",
                "Forwarded",
                "X-Forwarded-For",
                "X-HTTP-Method-Override");
        String value = (dice.oneIn(4) ? dice.damage(odd) : odd).replaceAll("[\\x00-\\x1f\\x7f]", "?");
        return Request.send("POST", "/api/tasks", authorization, JSON, "{\"title\":\"x\"}")
                .with(name, value)
                .allowing(201, 400, 406, 415, 431);
    }

    private static String task(Dice dice) {
        return cut(
                switch (dice.below(20)) {
                    case 0 -> OddJson.plain(members(dice));
                    case 1 -> OddJson.value(dice);
                    case 2, 3 -> OddJson.decorated(dice, OddJson.plain(members(dice)));
                    case 4 -> OddJson.recoded(dice, OddJson.plain(members(dice)));
                    case 5, 6, 7 -> dice.damage(OddJson.plain(members(dice)));
                    case 8 -> {
                        int size = dice.of(100, 3000, 3000, 20_000, 20_000, MAX_BYTES);
                        Map<String, String> members = members(dice);
                        members.put(dice.of("title", "tags", "due_date", "id", "unknown"), OddJson.bomb(dice, size));
                        yield dice.oneIn(4) ? OddJson.bomb(dice, size) : OddJson.plain(members);
                    }
                    case 9 -> {
                        Map<String, String> members = members(dice);
                        members.put("tags", OddJson.array(dice, 0));
                        yield OddJson.plain(members);
                    }
                    case 10, 11, 12 -> {
                        Map<String, String> members = members(dice);
                        members.put("due_date", OddJson.quoted(utf8(OddDates.next(dice))));
                        yield OddJson.plain(members);
                    }
                    case 13 -> {
                        Map<String, String> members = members(dice);
                        members.put(dice.of("title", "description"), OddJson.string(dice));
                        yield OddJson.plain(members);
                    }
                    default -> OddJson.document(dice, members(dice));
                });
    }

    private static String completion(Dice dice) {
        Map<String, String> members = new LinkedHashMap<>(Map.of("completed", dice.of("true", "false")));
        return cut(
                switch (dice.below(4)) {
                    case 0 -> OddJson.plain(members);
                    case 1 -> dice.damage(OddJson.plain(members));
                    case 2 -> OddJson.decorated(dice, OddJson.plain(members));
                    default -> OddJson.document(dice, members);
                });
    }

    private static Map<String, String> members(Dice dice) {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("title", OddJson.quoted(dice.of("Pay rent", "x", utf8("\u00e4\ud83d\ude00"), "\\u0041\\n")));
        members.put("description", dice.of("null", "\"\"", "\"text\"", OddJson.quoted("d".repeat(100))));
        members.put("completed", dice.of("true", "false", "null"));
        members.put("priority", dice.of("\"high\"", "\"medium\"", "\"low\"", "null"));
        members.put("tags", dice.of("[]", "[\"home\"]", "[\"a\",\"b\"]", "null"));
        members.put("due_date", dice.of("null", "\"2026-12-01\"", "\"2026-12-01T17:00:00+01:00\""));
        return members;
    }

    /** What is larger is refused for that alone. */
    static String cut(String body) {
        return body.substring(0, Math.min(body.length(), MAX_BYTES));
    }
}
