package dev.todo.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.SecurityHandlerPriorities;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The {@link Problem} for a request that fails outside of any resource. */
@ApplicationScoped
class RoutingProblems {

    private static final Logger LOG = Logger.getLogger(RoutingProblems.class);

    /** So that a browser may read the answer. */
    private static final int AFTER_CORS = SecurityHandlerPriorities.CORS - 1;

    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    static final long MAX_BODY_BYTES = 256 * 1024;

    private final ObjectMapper mapper;
    private final Optional<List<String>> origins;

    RoutingProblems(
            ObjectMapper mapper, @ConfigProperty(name = "quarkus.http.cors.origins") Optional<List<String>> origins) {
        this.mapper = mapper;
        this.origins = origins;
    }

    /** Quarkus takes a request's address apart to see whether an origin that is not allowed is its own, and fails at some. */
    void checkOrigin(@Observes Filters filters) {
        if (origins.isEmpty() || origins.get().contains("*")) {
            return;
        }
        filters.register(
                context -> {
                    String origin = context.request().getHeader(HttpHeaders.ORIGIN);
                    if (origin == null || origins.get().contains(origin) || isComparable(origin, context.request())) {
                        context.next();
                    } else {
                        answer(context, 403, "Pages of this origin may not use the service.");
                    }
                },
                SecurityHeaders.BEFORE_CORS);
    }

    private static boolean isComparable(String origin, HttpServerRequest request) {
        if (request.authority() == null) {
            return false;
        }
        try {
            return origin.equals(request.scheme() + "://" + request.authority())
                    || URI.create(request.absoluteURI()).getHost() != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Quarkus has checks of its own, which answer with an empty 400 or 413: {@code vertx.disableURIValidation} turns the first
     * off, and this comes before the second.
     */
    void check(@Observes Filters filters) {
        filters.register(
                context -> {
                    if (isMalformed(context.request().uri())) {
                        answer(context, 400, "The address is malformed: percent-encode every % and what is not ASCII.");
                    } else if (isTooLarge(context.request().getHeader(HttpHeaders.CONTENT_LENGTH))) {
                        answer(context, 413, StandardDetails.of(413));
                    } else if (context.normalizedPath().startsWith("/q/health/group")) {
                        // There are none. Quarkus makes one of any name, until there are too many: then it fails.
                        answer(context, 404, StandardDetails.of(404));
                    } else if (Routes.isReadOnly(context.normalizedPath())
                            && !READING.contains(context.request().method())) {
                        context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
                        answer(context, 405, StandardDetails.of(405));
                    } else {
                        context.next();
                    }
                },
                AFTER_CORS);
    }

    /** No more than must be: browsers leave {@code |} and others alone that RFC 3986 would have encoded. */
    static boolean isMalformed(String address) {
        for (int i = 0; i < address.length(); i++) {
            char letter = address.charAt(i);
            if (letter <= ' ' || letter > '~' || (letter == '%' && !isEncoded(address, i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEncoded(String address, int percent) {
        return percent + 2 < address.length()
                && HexFormat.isHexDigit(address.charAt(percent + 1))
                && HexFormat.isHexDigit(address.charAt(percent + 2));
    }

    static boolean isTooLarge(String contentLength) {
        return contentLength != null && Long.parseLong(contentLength) > MAX_BODY_BYTES;
    }

    /** Before Quarkus' own handler, which answers with a document of another form. */
    void onFailure(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(context -> {
            int status = context.statusCode() < 400 ? 500 : context.statusCode();
            if (status == 500) {
                LOG.error("A request failed", context.failure());
            }
            answer(context, status, StandardDetails.of(status));
        });
    }

    private void answer(RoutingContext context, int status, String detail) {
        if (context.response().headWritten()) {
            // Too late to say so otherwise; does nothing if the answer has ended.
            context.response().reset();
            return;
        }
        // No filter has seen what Vert.x refuses by itself, as a request without a host.
        SecurityHeaders.ALL.forEach(context.response()::putHeader);
        try {
            context.response()
                    .setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(mapper.writeValueAsString(Problem.of(status, detail, List.of())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
