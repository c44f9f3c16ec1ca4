package dev.todo.environment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.Expressions;
import io.smallrye.config.PropertiesConfigSource;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jboss.logging.Logger;

/**
 * Checks {@code DATABASE_URL}, {@code JWT_SECRET} and {@code CORS_ORIGINS} before anything else starts, and makes the
 * configuration of the data source and of CORS out of the environment. What it refuses, Quarkus prints as one line and exits
 * with 1, as it does for every {@link ConfigurationException} that has no cause.
 */
public final class EnvironmentConfigSourceFactory implements ConfigSourceFactory {

    private static final int SECRET_MIN_BYTES = 32;

    /** What Java has in place of bytes that are no text. */
    private static final char UNREADABLE = '\uFFFD';

    /** Above {@code application.properties} (250), below the environment (300). */
    private static final int ORDINAL = 275;

    /** Variables that are taken as they are, whatever {@code ${…}} in them would mean to Quarkus. */
    private static final List<String> VERBATIM =
            List.of("JWT_SECRET", "JWT_SECRET_PREVIOUS", "SMTP_USERNAME", "SMTP_PASSWORD", "MAIL_FROM", "PUBLIC_URL");

    /** Above all that they are read from: system properties have 400. */
    private static final int VERBATIM_ORDINAL = 500;

    /** Quarkus takes regular expressions, too, which let in more than most who write them think. */
    private static final Pattern ORIGINS =
            Pattern.compile("\\s*(?:\\*|https?://[^\\s/,*]+(?:\\s*,\\s*https?://[^\\s/,*]+)*)\\s*");

    private static final Pattern ORIGIN = Pattern.compile("https?://[^\\s/,*]+");

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        return isStarting(context) ? Expressions.withoutExpansion(() -> sources(context)) : List.of();
    }

    private static List<ConfigSource> sources(ConfigSourceContext context) {
        String secret = context.getValue("JWT_SECRET").getValue();
        if (LaunchMode.current().isDevOrTest() && isUnset(secret)) {
            makeUpSecret();
            Logger.getLogger(EnvironmentConfigSourceFactory.class)
                    .info("JWT_SECRET is not set: made one up for this run. Tokens end with it.");
        } else {
            checkSecret(secret);
        }
        String previous = context.getValue("JWT_SECRET_PREVIOUS").getValue();
        if (!isUnset(previous)) {
            checkKey("JWT_SECRET_PREVIOUS", previous);
        }
        return List.of(
                verbatim(context),
                dataSource(context.getValue("DATABASE_URL").getValue()),
                cors(
                        context.getValue("CORS_ORIGINS").getValue(),
                        context.getValue("PUBLIC_URL").getValue()));
    }

    /**
     * Refuses a secret that HS256 cannot be trusted with (RFC 7518, section 3.2).
     *
     * @throws ConfigurationException if it is not set, has less than 32 bytes, or some that are not UTF-8
     */
    public static void checkSecret(String secret) {
        if (isUnset(secret)) {
            throw new ConfigurationException(
                    "JWT_SECRET is not set: it must have at least 32 bytes. `openssl rand -base64 48` makes a good one.");
        }
        checkKey("JWT_SECRET", secret);
    }

    private static void checkKey(String variable, String secret) {
        if (secret.indexOf(UNREADABLE) >= 0) {
            throw new ConfigurationException(
                    variable + " has bytes that cannot be read as UTF-8, which would all be taken for the same.");
        }
        int bytes = secret.getBytes(UTF_8).length;
        if (bytes < SECRET_MIN_BYTES) {
            throw new ConfigurationException("%s is too short: it has %d bytes, and must have at least %d."
                    .formatted(variable, bytes, SECRET_MIN_BYTES));
        }
    }

    private static ConfigSource verbatim(ConfigSourceContext context) {
        Map<String, String> properties = new HashMap<>();
        for (String variable : VERBATIM) {
            String value = context.getValue(variable).getValue();
            if (value != null) {
                properties.put(variable, value);
            }
        }
        return source(properties, "verbatim", VERBATIM_ORDINAL);
    }

    /** What has a dollar sign in it would be taken for an expression. */
    private static ConfigSource source(Map<String, String> properties, String name, int ordinal) {
        Map<String, String> escaped = new HashMap<>();
        properties.forEach((property, value) -> escaped.put(property, value.replace("$", "\\$")));
        return new PropertiesConfigSource(escaped, name, ordinal);
    }

    /** The build reads configuration too, and would record the database's password in the application as a default. */
    private static boolean isStarting(ConfigSourceContext context) {
        return context.getConfigSources().stream()
                .anyMatch(source -> "BuildTime RunTime Fixed".equals(source.getName()));
    }

    /** Sets {@code JWT_SECRET}: as a system property, which outlives a hot reload, and so do the tokens signed with it. */
    public static void makeUpSecret() {
        byte[] secret = new byte[SECRET_MIN_BYTES];
        new SecureRandom().nextBytes(secret);
        System.setProperty("JWT_SECRET", Base64.getEncoder().encodeToString(secret));
    }

    /**
     * Refuses an address that {@link DatabaseUrl} cannot read.
     *
     * @throws ConfigurationException if it is not set or malformed; the message does not repeat it
     */
    public static void checkDatabaseUrl(String address) {
        parsed(address);
    }

    private static DatabaseUrl parsed(String address) {
        if (isUnset(address)) {
            throw new ConfigurationException(
                    "DATABASE_URL is not set: it must be like postgresql://user:password@host/database.");
        }
        try {
            return DatabaseUrl.parse(address.strip());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("DATABASE_URL cannot be used: " + e.getMessage() + ".");
        }
    }

    private static ConfigSource dataSource(String address) {
        DatabaseUrl url = parsed(address);
        Map<String, String> properties = new HashMap<>();
        properties.put("quarkus.datasource.jdbc.url", url.jdbcUrl());
        url.user().ifPresent(user -> properties.put("quarkus.datasource.username", user));
        url.password().ifPresent(password -> properties.put("quarkus.datasource.password", password));
        return source(properties, "DATABASE_URL", ORDINAL);
    }

    /**
     * Without origins Quarkus' CORS filter stays off. A browser keeps other origins out all the same, and the filter would
     * refuse a page of the service's own origin where a proxy ends TLS.
     */
    private static ConfigSource cors(String origins, String publicUrl) {
        if (!isUnset(origins) && !ORIGINS.matcher(origins).matches()) {
            throw new ConfigurationException(
                    "CORS_ORIGINS must be origins as https://todo.example, separated by commas, or *.");
        }
        Map<String, String> properties = isUnset(origins)
                ? Map.of("quarkus.http.cors.enabled", "false")
                : Map.of(
                        "quarkus.http.cors.enabled", "true", "quarkus.http.cors.origins", withPage(origins, publicUrl));
        return source(properties, "CORS_ORIGINS", ORDINAL);
    }

    /** The page is of that origin, which behind a proxy that ends TLS is not the one that the service knows. */
    private static String withPage(String origins, String publicUrl) {
        var origin = ORIGIN.matcher(publicUrl == null ? "" : publicUrl.strip());
        return origin.lookingAt() && !origins.strip().equals("*") ? origins + "," + origin.group() : origins;
    }

    private static boolean isUnset(String value) {
        return value == null || value.isBlank();
    }
}
