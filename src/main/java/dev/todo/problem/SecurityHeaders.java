package dev.todo.problem;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.SecurityHandlerPriorities;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;

/**
 * What OWASP ASVS 5.0 (V3.4, V14.2) wants browsers and caches to be told with every answer. It is told before anything else happens, so that
 * errors have it too, and what serves a page may put another {@code Content-Security-Policy} and {@code Cache-Control} in place
 * of these.
 */
@ApplicationScoped
class SecurityHeaders {

    private static final String POLICY = "Content-Security-Policy";

    /** {@code Cross-Origin-Resource-Policy} is not for pages of CORS_ORIGINS: it does not apply to requests of mode "cors". */
    static final Map<String, String> ALL = Map.of(
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains",
            POLICY,
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cache-Control",
            "no-store");

    static final int BEFORE_CORS = SecurityHandlerPriorities.CORS + 1;

    void tell(@Observes Filters filters) {
        filters.register(
                context -> {
                    HttpServerResponse response = context.response();
                    ALL.forEach(response::putHeader);
                    if (isPageOfDevelopment(context)) {
                        response.headers().remove(POLICY);
                    }
                    context.next();
                },
                BEFORE_CORS);
    }

    /** Quarkus' own, which are made of scripts and styles. */
    private static boolean isPageOfDevelopment(RoutingContext context) {
        return LaunchMode.current() == LaunchMode.DEVELOPMENT
                && context.request().uri().startsWith("/q/");
    }
}
