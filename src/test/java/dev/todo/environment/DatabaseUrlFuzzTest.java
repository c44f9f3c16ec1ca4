package dev.todo.environment;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import dev.todo.testing.Dice;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** 5,000 addresses, made up or damaged: each is read, or is refused without repeating the password. */
class DatabaseUrlFuzzTest {

    /** No three of its characters are anywhere else. */
    private static final String PASSWORD = "Zq7Xk9WjVh";

    private static final List<String> SCHEMES = List.of(
            "postgresql://",
            "postgresql://",
            "postgres://",
            "jdbc:postgresql://",
            "jdbc:postgresql:",
            "postgresql:",
            "POSTGRESQL://",
            "jdbc:mysql://",
            "http://",
            " postgresql://",
            "");

    private static final List<String> CREDENTIALS = List.of(
            "user:" + PASSWORD + "@",
            "user:" + PASSWORD + "@",
            ":" + PASSWORD + "@",
            PASSWORD + "@",
            "user:" + PASSWORD + "%@",
            "user:" + PASSWORD + "%zz@",
            "user:" + PASSWORD + "%ff%c0%80@",
            "user:" + PASSWORD + "/@",
            "user:" + PASSWORD + "#@",
            "user:" + PASSWORD + "?@",
            "user:@" + PASSWORD + "@",
            "us%40er:" + PASSWORD + "%00@",
            "user@",
            "");

    private static final List<String> HOSTS = List.of(
            "host",
            "host:5432",
            "a:5432,b:5433",
            "ep-x-pooler.eu-central-1.aws.neon.tech",
            "[::1]",
            "[::1]:5432",
            "[",
            "[]",
            "]:5432",
            "127.0.0.1",
            "host:0",
            "host:65536",
            "host:99999",
            "host:\u0665",
            "host:" + PASSWORD,
            "host:",
            "h\u00f6st",
            "a,,b",
            ",",
            "",
            "h".repeat(5000));

    private static final List<String> DATABASES =
            List.of("/db", "/db", "/d%20b", "/d+b", "/%", "/%ff", "/a/b", "/", "", "/\u00e4", "/..", "/;x=y", "/%00");

    private static final List<String> PARAMETERS = List.of(
            "",
            "",
            "?sslmode=require&channel_binding=require",
            "?user=u&password=" + PASSWORD,
            "?password=" + PASSWORD + "%",
            "?password=" + PASSWORD + "&password=x",
            "?PASSWORD=" + PASSWORD,
            "?ssl_password=" + PASSWORD,
            "?" + PASSWORD,
            "?=" + PASSWORD,
            "?a=b&&c=d",
            "?a==b",
            "?%61=%62",
            "?%=%",
            "?a=%ff",
            "?options=-c%20search_path%3Dx",
            "?connect_timeout=x",
            "?service=" + PASSWORD,
            "?loggerLevel=OFF",
            "?",
            "?a=b?c=d",
            "?a=b#c",
            "?" + "a=b&".repeat(2000) + "a=b");

    @Test
    void anAddressIsReadOrRefusedInSilence() {
        var counts = new TreeMap<String, Integer>();
        for (int i = 0; i < 5000; i++) {
            var dice = new Dice("addresses", i);
            String address =
                    dice.of(SCHEMES) + dice.of(CREDENTIALS) + dice.of(HOSTS) + dice.of(DATABASES) + dice.of(PARAMETERS);
            for (int damages = dice.below(3); damages > 0; damages--) {
                address = dice.damage(address);
            }
            counts.merge(
                    read(address, "Number " + i + " of -Dfuzz.seed=" + Dice.SEED + ": " + address), 1, Integer::sum);
        }
        System.out.printf("Fuzz: addresses %s; -Dfuzz.seed=%d%n", counts, Dice.SEED);
    }

    private static String read(String address, String which) {
        try {
            DatabaseUrl.parse(address);
            return "read";
        } catch (IllegalArgumentException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                String message = String.valueOf(cause.getMessage());
                for (int i = 0; i + 3 <= PASSWORD.length(); i++) {
                    assertFalse(message.contains(PASSWORD.substring(i, i + 3)), () -> which + ": " + message);
                }
            }
            return "refused";
        } catch (RuntimeException e) {
            return fail(which, e);
        }
    }
}
