package dev.todo.operations;

import dev.todo.common.LogContext;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.SecurityHandlerPriorities;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Every request has an id, which its answer and its log lines bear: the one that it came with in {@code X-Request-Id}, else
 * the trace that it is part of, else a new one.
 */
@ApplicationScoped
class RequestIds {

    private static final String HEADER = "X-Request-Id";

    /** Anything else, a line break or half a book, is nothing that belongs into a log. */
    private static final Pattern ACCEPTED = Pattern.compile("[\\w.:=+/-]{1,128}");

    /** The trace id of <a href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C trace context</a>. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("\\p{XDigit}{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-\\p{XDigit}{2}.*");

    private static final int BEFORE_CORS = SecurityHandlerPriorities.CORS + 1;

    void identify(@Observes Filters filters) {
        filters.register(
                context -> {
                    String id = idOf(context.request());
                    context.response().putHeader(HEADER, id);
                    MDC.put(LogContext.REQUEST_ID, id);
                    context.next();
                },
                BEFORE_CORS);
    }

    private static String idOf(HttpServerRequest request) {
        String id = request.getHeader(HEADER);
        if (id != null && ACCEPTED.matcher(id).matches()) {
            return id;
        }
        String traceparent = request.getHeader("traceparent");
        if (traceparent != null) {
            Matcher trace = TRACEPARENT.matcher(traceparent);
            if (trace.matches()) {
                return trace.group(1);
            }
        }
        return UUID.randomUUID().toString();
    }
}
