package dev.todo.fuzz;

import dev.todo.testing.Dice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bodies of all requests about accounts but log-ins. Hardly any is good enough for a hash, which takes long. */
final class AccountBodies {

    private static final String JSON = "application/json";

    private static final String TOO_SHORT = OddJson.quoted("short");
    private static final String WRONG = OddJson.quoted("incorrect horse");
    private static final String UNKNOWN = OddJson.quoted("x".repeat(43));

    /** What takes the password once more. */
    private static final List<String> CONFIRMED =
            List.of("POST /auth/totp", "POST /auth/totp/recovery-codes", "DELETE /auth/totp", "DELETE /auth/me");

    private final String authorization;

    AccountBodies(String authorization) {
        this.authorization = authorization;
    }

    Request next(Dice dice) {
        Request request = switch (dice.below(8)) {
            case 0, 1 -> {
                String email = OddJson.quoted(dice.number() + "@fuzz.example");
                var members = members("email", email, "password", TOO_SHORT);
                yield post("/auth/signup", odd(dice, members)).allowing(201, 400, 409);
            }
            case 2 -> {
                var members = members("current_password", WRONG, "new_password", TOO_SHORT, "code", "null");
                yield asUser("PUT", "/auth/password", odd(dice, members));
            }
            case 3 ->
                post("/auth/password/reset", odd(dice, members("token", UNKNOWN, "new_password", TOO_SHORT)))
                        .allowing(400);
            case 4 ->
                post("/auth/email/verify", odd(dice, members("token", UNKNOWN))).allowing(400);
            case 5 -> {
                var members = members("email", OddJson.quoted("nobody@fuzz.example"));
                yield post("/auth/password/forgotten", odd(dice, members)).allowing(202, 400);
            }
            case 6 -> asUser("POST", "/auth/totp/confirm", odd(dice, members("code", OddJson.quoted("123456"))));
            default -> {
                String[] route = dice.of(CONFIRMED).split(" ", -1);
                yield asUser(route[0], route[1], odd(dice, members("password", WRONG, "code", "null")));
            }
        };
        // One address would soon be refused before anybody looks at what it sends.
        return request.with(
                "X-Forwarded-For", "10.%d.%d.%d".formatted(dice.below(256), dice.below(256), dice.below(256)));
    }

    private static Request post(String path, String body) {
        return Request.send("POST", path, null, JSON, body);
    }

    /** Of one account, whose wrong passwords and codes soon cost a delay. */
    private Request asUser(String method, String path, String body) {
        return Request.send(method, path, authorization, JSON, body, 400, 429);
    }

    private static Map<String, String> members(String... namesAndValues) {
        Map<String, String> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }

    private static String odd(Dice dice, Map<String, String> members) {
        String plain = OddJson.plain(members);
        String broken = dice.of(List.copyOf(members.keySet()));
        return Bodies.cut(
                switch (dice.below(12)) {
                    case 0 -> OddJson.value(dice);
                    case 1 -> OddJson.decorated(dice, plain);
                    case 2 -> OddJson.recoded(dice, plain);
                    case 3 -> dice.damage(plain);
                    case 4 -> {
                        members.put(broken, OddJson.bomb(dice, 5_000));
                        yield OddJson.plain(members);
                    }
                    case 5, 6 -> {
                        members.put(broken, OddJson.string(dice));
                        yield OddJson.plain(members);
                    }
                    default -> OddJson.document(dice, members);
                });
    }
}
