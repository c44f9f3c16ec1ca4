package dev.todo.fuzz;

import static dev.todo.fuzz.Request.utf8;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.todo.testing.Dice;
import dev.todo.testing.TestEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Access tokens that are not quite those of the service. What is signed with another key than the service's, or with none,
 * must not be accepted; what bears the right signature may be, whatever else is in it.
 */
final class Tokens {

    /** Claims that libraries look at, even those that the service does not ask for. */
    private static final List<String> CLAIMS = List.of(
            "iss",
            "aud",
            "sub",
            "email",
            "iat",
            "exp",
            "jti",
            "nbf",
            "upn",
            "preferred_username",
            "roles",
            "realm_access",
            "resource_access",
            "scope",
            "scp",
            "azp",
            "auth_time",
            "updated_at",
            "cnf",
            "raw_token",
            "sid",
            "address",
            "birthdate",
            "zoneinfo",
            "events",
            "_claim_names",
            "__proto__");

    private static final List<String> HEADER_FIELDS = List.of(
            "alg",
            "typ",
            "cty",
            "kid",
            "crit",
            "zip",
            "b64",
            "enc",
            "jku",
            "jwk",
            "x5c",
            "x5u",
            "x5t",
            "x5t#S256",
            "p2c",
            "p2s",
            "epk",
            "iv",
            "tag",
            "apu");

    private static final List<String> SCHEMES = List.of(
            "bearer ",
            "BEARER ",
            "Bearer  ",
            "Bearer\t",
            "Bearer",
            "Bearer: ",
            "Bearer,",
            "Bearer Bearer ",
            "Basic ",
            "Digest ",
            "DPoP ",
            "Token ",
            "",
            " Bearer ",
            "Bearer token=");

    private final String mine;
    private final String theirs;
    private final Map<String, String> claims = new LinkedHashMap<>();

    /** @param mine a token of the service, that is valid as long as the test runs; so is theirs */
    Tokens(String mine, String theirs) {
        this.mine = mine;
        this.theirs = theirs;
        try {
            new ObjectMapper()
                    .readTree(Base64.getUrlDecoder().decode(mine.split("\\.", -1)[1]))
                    .properties()
                    .forEach(
                            claim -> claims.put(claim.getKey(), claim.getValue().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Request next(Dice dice) {
        String token = dice.oneIn(2) ? signed(dice) : forged(dice);
        String authorization = (dice.oneIn(12) ? dice.of(SCHEMES) : "Bearer ") + token;
        if (dice.oneIn(40)) {
            authorization = dice.damage(authorization);
        }
        // A longer header gets a 431 before anybody looks at it.
        authorization = authorization.substring(0, Math.min(authorization.length(), 120_000));
        // They would end the header or make a message that is not HTTP, which never gets to where tokens are read.
        if (authorization.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            authorization = authorization.replaceAll("[\\x00-\\x08\\x0a-\\x1f\\x7f]", "?");
        }
        return isForged(authorization)
                ? Request.get("/api/tasks", null, authorization, 401, 431)
                : Request.get("/api/tasks", null, authorization, 200, 401, 431);
    }

    private String forged(Dice dice) {
        List<String> parts = new ArrayList<>(List.of(mine.split("\\.", -1)));
        List<String> others = List.of(theirs.split("\\.", -1));
        int part = dice.below(3);
        switch (dice.below(12)) {
            case 0 -> {
                return dice.damage(mine);
            }
            case 1 -> parts.set(part, encode(dice.flip(decode(parts.get(part)))));
            case 2 -> parts.set(part, encode(dice.damage(decode(parts.get(part)))));
            case 3 -> parts.set(part, others.get(part));
            case 4 -> parts.set(part, dice.of("", "e30", "bnVsbA", "W10", "Ig", "fw", "=", "....", "%2e", "A"));
            case 5 -> Collections.swap(parts, part, dice.below(3));
            case 6 -> parts.add(dice.below(4), dice.of("", "x", mine, parts.get(part), "e30"));
            case 7 -> parts.remove(part);
            case 8 -> parts.set(0, encode(header(dice)));
            case 9 -> parts.set(part, oddBase64(dice, parts.get(part)));
            case 10 -> {
                return dice.of(
                        "",
                        "null",
                        dice.noise(dice.length(3000)),
                        "a".repeat(dice.length(60_000)),
                        ".".repeat(dice.length(60_000)),
                        "{\"payload\":\"" + parts.get(1) + "\",\"protected\":\"" + parts.get(0) + "\",\"signature\":\""
                                + parts.get(2) + "\"}",
                        encode("{\"alg\":\"dir\",\"enc\":\"A128CBC-HS256\"}") + "..AAAAAAAAAAAAAAAAAAAAAA."
                                + parts.get(1) + ".AAAAAAAAAAAAAAAAAAAAAA",
                        encode("{\"alg\":\"none\"}") + "." + parts.get(1) + ".");
            }
            default -> {
                String content = encode(header(dice)) + "." + encode(claims(dice));
                return content + "."
                        + encode(sign("HmacSHA256", dice.of("secret", "", "null") + " of another", content));
            }
        }
        return String.join(".", parts);
    }

    private String signed(Dice dice) {
        String header = dice.oneIn(4) ? header(dice) : "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
        String claims = claims(dice);
        String content = (dice.oneIn(20) ? oddBase64(dice, encode(header)) : encode(header))
                + "."
                + (dice.oneIn(20) ? oddBase64(dice, encode(claims)) : encode(claims));
        String algorithm = dice.oneIn(20) ? dice.of("HmacSHA384", "HmacSHA512") : "HmacSHA256";
        return content + "." + encode(sign(algorithm, TestEnvironment.JWT_SECRET, content));
    }

    private static String header(Dice dice) {
        Map<String, String> fields = new LinkedHashMap<>(Map.of("alg", "\"HS256\"", "typ", "\"JWT\""));
        if (dice.oneIn(3)) {
            fields.put(
                    "alg",
                    "\""
                            + dice.of(
                                    "none",
                                    "None",
                                    "hs256",
                                    "HS384",
                                    "HS512",
                                    "RS256",
                                    "ES256",
                                    "PS256",
                                    "EdDSA",
                                    "dir",
                                    "A128KW",
                                    "PBES2-HS256+A128KW",
                                    "RSA-OAEP",
                                    "HS256 ",
                                    "")
                            + "\"");
        }
        if (dice.oneIn(2)) {
            fields.put(
                    dice.of(HEADER_FIELDS),
                    dice.of(
                            "[]",
                            "[\"exp\"]",
                            "[\"b64\"]",
                            "[1]",
                            "\"DEF\"",
                            "\"JWT\"",
                            "2147483647",
                            "{\"kty\":\"oct\"}"));
        }
        return switch (dice.below(8)) {
            case 0 -> OddJson.document(dice, fields);
            case 1 -> OddJson.decorated(dice, OddJson.plain(fields));
            case 2 -> {
                fields.put(dice.of(HEADER_FIELDS), OddJson.value(dice));
                yield OddJson.plain(fields);
            }
            case 3 -> {
                fields.put(
                        dice.of(HEADER_FIELDS),
                        OddJson.bomb(dice, dice.of(100, 1000, 1000, 5000, 5000, 5000, 5000, 60_000)));
                yield OddJson.plain(fields);
            }
            default -> OddJson.plain(fields);
        };
    }

    private String claims(Dice dice) {
        Map<String, String> fields = new LinkedHashMap<>(claims);
        return switch (dice.below(16)) {
            case 0 -> OddJson.document(dice, fields);
            case 1 -> OddJson.decorated(dice, OddJson.plain(fields));
            case 2 -> dice.damage(OddJson.plain(fields));
            case 3 -> OddJson.value(dice);
            case 4 -> {
                fields.put(claim(dice), OddJson.bomb(dice, dice.of(100, 1000, 1000, 5000, 5000, 5000, 5000, 60_000)));
                yield OddJson.plain(fields);
            }
            case 5 -> {
                fields.put(claim(dice), OddJson.quoted("x".repeat(dice.length(dice.of(1000, 1000, 1000, 60_000)))));
                yield OddJson.plain(fields);
            }
            case 6 -> {
                fields.put(dice.of("exp", "iat", "nbf", "auth_time"), time(dice));
                yield OddJson.plain(fields);
            }
            case 7 -> OddJson.recoded(dice, OddJson.plain(fields));
            case 8 -> {
                fields.put(
                        dice.of("sub", "jti", "iss", "aud", "email", "upn"),
                        dice.oneIn(2)
                                ? OddJson.string(dice)
                                : "[" + fields.get("sub") + "," + OddJson.value(dice) + "]");
                yield OddJson.plain(fields);
            }
            default -> {
                for (int i = dice.below(3); i >= 0; i--) {
                    fields.put(claim(dice), OddJson.value(dice));
                }
                yield OddJson.plain(fields);
            }
        };
    }

    /** Of groups only a few, since the extension logs a stack trace for each that is odd. */
    private static String claim(Dice dice) {
        return dice.oneIn(300) ? "groups" : dice.of(CLAIMS);
    }

    /** Around now, in seconds, milliseconds and days, and at the ends of types. */
    private static String time(Dice dice) {
        long now = Instant.now().getEpochSecond();
        return dice.of(
                Long.toString(now + dice.below(7) - 3),
                now + 60 + ".5",
                (now + 60) / 10_000.0 + "e4",
                Long.toString(now * 1000),
                "\"" + (now + 60) + "\"",
                Long.toString(Long.MAX_VALUE / 1000),
                Long.toString(Long.MAX_VALUE / 1000 + 1),
                Long.toString(Long.MAX_VALUE),
                Long.toString(Long.MIN_VALUE),
                "1e300",
                "-1e300",
                "1e400",
                "[" + (now + 60) + "]");
    }

    private static String oddBase64(Dice dice, String part) {
        if (part.length() < 4) {
            return part + "=";
        }
        return switch (dice.below(7)) {
            case 0 -> part + "=".repeat(1 + dice.below(3));
            case 1 -> part.replace('-', '+').replace('_', '/');
            case 2 -> utf8(part.charAt(0) + dice.of(" ", "\t", "%", "\u00e9", "\uff21", "!") + part.substring(1));
            case 3 -> part.substring(0, part.length() - 1 - dice.below(3));
            case 4 -> part.substring(0, part.length() - 1) + dice.of("A", "B", "Q", "g", "w", "_", "9");
            case 5 -> part.toLowerCase(Locale.ROOT);
            default -> part + dice.of("A", "AA", "AAA", "AAAA", "~", "%3d");
        };
    }

    /**
     * Whether the signature is not the one of the service's key and algorithm. Signatures are compared by their first
     * 252 bits, since base64 has several ways to write the last four, and what is no letter of it is overlooked.
     */
    private boolean isForged(String authorization) {
        String token = authorization.replaceFirst("(?i)^\\s*bearer\\s+", "").strip();
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return true;
        }
        String content = parts[0] + "." + parts[1];
        String right = letters(encode(sign("HmacSHA256", TestEnvironment.JWT_SECRET, content)));
        return !letters(parts[2].substring(0, Math.min(parts[2].length(), 100))).startsWith(right.substring(0, 42));
    }

    private static String letters(String base64) {
        return base64.replace('+', '-').replace('/', '_').replaceAll("[^\\w-]", "");
    }

    private static String encode(String bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.getBytes(ISO_8859_1));
    }

    private static String decode(String part) {
        return new String(Base64.getUrlDecoder().decode(part), ISO_8859_1);
    }

    private static String sign(String algorithm, String key, String content) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.getBytes(UTF_8), algorithm));
            return new String(mac.doFinal(content.getBytes(ISO_8859_1)), ISO_8859_1);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
