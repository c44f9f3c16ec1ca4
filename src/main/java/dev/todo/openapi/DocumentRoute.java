package dev.todo.openapi;

import io.quarkus.runtime.LaunchMode;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * Serves the OpenAPI document of {@code docs} in production: as YAML, or as JSON if that is asked for. The extension reads
 * and writes its own at every start, which takes long (docs/performance.md); it serves in development and to tests, which compare.
 */
@ApplicationScoped
class DocumentRoute {

    // Read while a native image is built
    private static final byte[] YAML = read("/openapi.yaml");
    private static final byte[] JSON = read("/openapi.json");

    void serve(@Observes Router router) {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            serve(router, "/q/openapi.yaml", context -> answer(context, "yaml", YAML));
            serve(router, "/q/openapi.json", context -> answer(context, "json", JSON));
            serve(router, "/q/openapi", context -> {
                if (asksForJson(context)) {
                    answer(context, "json", JSON);
                } else {
                    answer(context, "yaml", YAML);
                }
            });
        }
    }

    /** After the filters, and before the extension where it is there. */
    private static void serve(Router router, String path, Handler<RoutingContext> handler) {
        router.route(path)
                .order(-1)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(handler);
    }

    private static boolean asksForJson(RoutingContext context) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        return "json".equalsIgnoreCase(context.request().getParam("format"))
                || (accept != null && accept.contains("application/json"));
    }

    private static void answer(RoutingContext context, String format, byte[] document) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/" + format + ";charset=UTF-8")
                .end(Buffer.buffer(document));
    }

    private static byte[] read(String name) {
        try (InputStream document = DocumentRoute.class.getResourceAsStream(name)) {
            return document.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
