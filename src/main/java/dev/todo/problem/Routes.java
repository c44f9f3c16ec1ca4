package dev.todo.problem;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.runtime.LaunchMode;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** The addresses of the API, for what RESTEasy Reactive and Micrometer do not do with them. A test compares the OpenAPI document. */
final class Routes {

    private static final Map<String, String> METHODS = Map.ofEntries(
            Map.entry("/auth/signup", "POST, OPTIONS"),
            Map.entry("/auth/login", "POST, OPTIONS"),
            Map.entry("/auth/refresh", "POST, OPTIONS"),
            Map.entry("/auth/logout", "POST, OPTIONS"),
            Map.entry("/auth/me", "GET, HEAD, DELETE, OPTIONS"),
            Map.entry("/auth/me/security", "GET, HEAD, OPTIONS"),
            Map.entry("/auth/me/export", "GET, HEAD, OPTIONS"),
            Map.entry("/auth/password", "PUT, OPTIONS"),
            Map.entry("/auth/password/forgotten", "POST, OPTIONS"),
            Map.entry("/auth/password/reset", "POST, OPTIONS"),
            Map.entry("/auth/email/verification", "POST, OPTIONS"),
            Map.entry("/auth/email/verify", "POST, OPTIONS"),
            Map.entry("/auth/totp", "POST, DELETE, OPTIONS"),
            Map.entry("/auth/totp/confirm", "POST, OPTIONS"),
            Map.entry("/auth/totp/recovery-codes", "POST, OPTIONS"),
            Map.entry("/auth/sessions", "GET, HEAD, DELETE, OPTIONS"),
            Map.entry("/auth/sessions/{id}", "DELETE, OPTIONS"),
            Map.entry("/api/tasks", "GET, HEAD, POST, OPTIONS"),
            Map.entry("/api/tasks/{id}", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
            Map.entry("/api/tasks/{id}/complete", "PATCH, OPTIONS"));

    private static final Set<String> METHOD_LABELS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    /** The root has a label of Micrometer's. */
    private static final Set<String> OTHER_LABELS = Set.of(
            "root",
            "/reset-password",
            "/verify-email",
            "/favicon.svg",
            "/q/health/live",
            "/q/health/ready",
            "/q/health/started",
            "/q/metrics",
            "/q/openapi",
            "NOT_FOUND",
            "REDIRECTION",
            "UNKNOWN");

    private static final String OTHER = "OTHER";

    private static final String BUNDLE = "/static/bundle/";

    /** The page and all that belongs to it; Quarkus' addresses. */
    private static final Pattern READ_ONLY =
            Pattern.compile("/(?:(?:reset-password|verify-email|favicon\\.svg)/?|static/bundle/.*|q/.*)?");

    private Routes() {}

    /** The {@code Allow} header that a 405 must have (RFC 9110, section 15.5.6). */
    static String allowedMethods(String path) {
        String route = path.replaceFirst("(?<=.)/$", "").replaceFirst("^(/api/tasks|/auth/sessions)/[^/]+", "$1/{id}");
        return METHODS.getOrDefault(route, "OPTIONS");
    }

    /** Whether this is an address of no resource: Quarkus would do the same at its own whatever the method. */
    static boolean isReadOnly(String path) {
        return READ_ONLY.matcher(path).matches() && LaunchMode.current() != LaunchMode.DEVELOPMENT;
    }

    /**
     * Keeps the addresses and methods of refused requests out of the metrics: anybody can make them up. After a hundred
     * addresses none would be recorded any more, and the methods would fill the memory.
     */
    @Produces
    @Singleton
    static MeterFilter knownRoutesAlone() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return limited(limited(id, "uri", Routes::uriLabel), "method", Routes::methodLabel);
            }
        };
    }

    private static Meter.Id limited(Meter.Id id, String label, UnaryOperator<String> limit) {
        String value = id.getTag(label);
        return value == null ? id : id.replaceTags(Tags.of(id.getTags()).and(Tag.of(label, limit.apply(value))));
    }

    private static String methodLabel(String method) {
        return METHOD_LABELS.contains(method) ? method : OTHER;
    }

    /** The names of a bundle's files change with every build. */
    private static String uriLabel(String uri) {
        if (uri.startsWith(BUNDLE)) {
            return BUNDLE + "{file}";
        }
        return METHODS.containsKey(uri) || OTHER_LABELS.contains(uri) ? uri : OTHER;
    }
}
