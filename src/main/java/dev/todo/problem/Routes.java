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
import java.util.function.Predicate;

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

    private static final Set<String> OTHER_LABELS = Set.of(
            "/q/health/live",
            "/q/health/ready",
            "/q/health/started",
            "/q/metrics",
            "/q/openapi",
            "NOT_FOUND",
            "UNKNOWN");

    private Routes() {}

    /** The {@code Allow} header that a 405 must have (RFC 9110, section 15.5.6). */
    static String allowedMethods(String path) {
        String route = path.replaceFirst("(?<=.)/$", "").replaceFirst("^(/api/tasks|/auth/sessions)/[^/]+", "$1/{id}");
        return METHODS.getOrDefault(route, "OPTIONS");
    }

    /** Whether this is one of Quarkus' addresses, which would do the same whatever the method. */
    static boolean isReadOnly(String path) {
        return path.startsWith("/q/") && LaunchMode.current() != LaunchMode.DEVELOPMENT;
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
                return limited(limited(id, "uri", Routes::isKnown), "method", METHOD_LABELS::contains);
            }
        };
    }

    private static Meter.Id limited(Meter.Id id, String label, Predicate<String> isKnown) {
        String value = id.getTag(label);
        return value == null || isKnown.test(value)
                ? id
                : id.replaceTags(Tags.of(id.getTags()).and(Tag.of(label, "OTHER")));
    }

    private static boolean isKnown(String uri) {
        return METHODS.containsKey(uri) || OTHER_LABELS.contains(uri);
    }
}
