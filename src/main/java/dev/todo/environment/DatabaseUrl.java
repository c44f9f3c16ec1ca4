package dev.todo.environment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * A PostgreSQL address as platforms hand it out, taken apart for the JDBC driver.
 *
 * @param jdbcUrl the address for the driver; of a {@code postgresql://} address it holds no credentials
 * @param user the user's name, if the address has one
 * @param password the password, if the address has one
 * @see <a href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS">libpq connection URIs</a>
 */
record DatabaseUrl(String jdbcUrl, Optional<String> user, Optional<String> password) {

    private static final Pattern URI =
            Pattern.compile("postgres(?:ql)?://(?<authority>[^/?]*)(?:/(?<database>[^?]*))?(?:\\?(?<parameters>.*))?");

    private static final Pattern HOST =
            Pattern.compile("(?<name>[\\p{Alnum}._-]+|\\[[\\p{XDigit}:.]+])(?::(?<port>\\d{1,5}))?");

    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    /** The driver's spelling of each parameter, by libpq's: {@code channelBinding} by {@code channelbinding}. */
    private static final Map<String, String> DRIVER_PARAMETERS = Stream.of(PGProperty.values())
            .collect(Collectors.toUnmodifiableMap(property -> folded(property.getName()), PGProperty::getName));

    /**
     * Reads an address: {@code postgresql://} or {@code postgres://} as libpq takes it, or {@code jdbc:postgresql:} as the
     * driver does.
     *
     * @throws IllegalArgumentException if it is neither; the message says what is wrong in a few words and repeats nothing
     *     of the address, since a part that is out of place may be the password
     */
    static DatabaseUrl parse(String address) {
        if (address.startsWith("jdbc:postgresql:")) {
            if (!isReadable(address)) {
                throw new IllegalArgumentException("the driver cannot read this jdbc:postgresql: address");
            }
            return new DatabaseUrl(address, Optional.empty(), Optional.empty());
        }
        var uri = URI.matcher(address);
        if (!uri.matches()) {
            throw new IllegalArgumentException("it does not begin with postgresql://, postgres:// or jdbc:postgresql:");
        }
        String authority = uri.group("authority");
        int at = authority.lastIndexOf('@');
        String[] credentials =
                at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
        String hosts = Stream.of(authority.substring(at + 1).split(",", -1))
                .map(DatabaseUrl::host)
                .collect(Collectors.joining(","));

        Map<String, String> parameters = parameters(uri.group("parameters"));
        Optional<String> user = Optional.ofNullable(parameters.remove("user"));
        Optional<String> password = Optional.ofNullable(parameters.remove("password"));
        if (credentials.length > 0 && !credentials[0].isEmpty()) {
            user = Optional.of(decode(credentials[0]));
        }
        if (credentials.length > 1) {
            password = Optional.of(decode(credentials[1]));
        }
        String database = uri.group("database") == null ? "" : decode(uri.group("database"));
        String query = parameters.entrySet().stream()
                .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&", parameters.isEmpty() ? "" : "?", ""));
        return new DatabaseUrl("jdbc:postgresql://" + hosts + "/" + encode(database) + query, user, password);
    }

    /** Asks the driver, which logs what it cannot read, password and all, unless it is kept from that. */
    private static boolean isReadable(String address) {
        Level level = DRIVER_LOG.getLevel();
        DRIVER_LOG.setLevel(Level.OFF);
        try {
            return Driver.parseURL(address, null) != null;
        } catch (RuntimeException e) {
            // At a comma in place of a host, for one.
            return false;
        } finally {
            DRIVER_LOG.setLevel(level);
        }
    }

    private static String host(String host) {
        var matcher = HOST.matcher(host);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("it has no host, or one that is malformed");
        }
        String port = matcher.group("port");
        if (port != null && (Integer.parseInt(port) == 0 || Integer.parseInt(port) > 65_535)) {
            throw new IllegalArgumentException("its port is not between 1 and 65535");
        }
        return host;
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (query != null && !query.isEmpty()) {
            for (String parameter : query.split("&", -1)) {
                String[] pair = parameter.split("=", 2);
                if (pair.length < 2 || pair[0].isEmpty()) {
                    throw new IllegalArgumentException("its parameters are not of the form name=value");
                }
                String name = decode(pair[0]);
                parameters.put(DRIVER_PARAMETERS.getOrDefault(folded(name), name), decode(pair[1]));
            }
        }
        return parameters;
    }

    private static String folded(String parameter) {
        return parameter.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** Percent-decoding of RFC 3986, in which a plus sign is a plus sign. */
    private static String decode(String text) {
        var bytes = new ByteArrayOutputStream();
        byte[] encoded = text.getBytes(UTF_8);
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] != '%') {
                bytes.write(encoded[i]);
                continue;
            }
            int high = i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
            int low = i + 2 < encoded.length ? Character.digit(encoded[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException("it has a % that begins no percent-encoded byte");
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("its percent-encoded bytes are not UTF-8", e);
        }
    }

    /** For the driver, which decodes as {@link java.net.URLDecoder} does. */
    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
