package dev.todo.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.regex.Pattern;

/** The {@link Problem} for a request that is refused before it is routed to a resource. */
@ApplicationScoped
class RoutingProblems {

    /** An address as browsers send it: they leave {@code |} and others alone that RFC 3986 would have encoded. */
    private static final Pattern TARGET = Pattern.compile("(?:[!-$&-~]|%\\p{XDigit}{2})+");

    private final ObjectMapper mapper;

    RoutingProblems(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** Quarkus has a check of its own, which answers with an empty 400: {@code vertx.disableURIValidation} turns it off. */
    void checkTarget(@Observes Filters filters) {
        filters.register(
                context -> {
                    if (TARGET.matcher(context.request().uri()).matches()) {
                        context.next();
                    } else {
                        answer(context, "The address is malformed: percent-encode what is not ASCII, and every %.");
                    }
                },
                Integer.MAX_VALUE);
    }

    /** No Host header, say. */
    void onUnroutable(@Observes Router router) {
        router.errorHandler(400, context -> answer(context, StandardDetails.of(400)));
    }

    private void answer(RoutingContext context, String detail) {
        try {
            context.response()
                    .setStatusCode(400)
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(mapper.writeValueAsString(Problem.of(400, detail, List.of())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
