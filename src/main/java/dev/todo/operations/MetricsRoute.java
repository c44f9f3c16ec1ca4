package dev.todo.operations;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves the metrics, read once for all who ask at once, by a thread of its own. The extension has a worker thread do so for
 * each request: when all of those wait for the database, nobody gets the metrics, and the requests pile up in a queue without
 * limit, also those of clients who have gone.
 */
@ApplicationScoped
@SuppressWarnings("deprecation") // the extension's registry
class MetricsRoute {

    private final PrometheusMeterRegistry registry;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(work -> {
        var thread = new Thread(work, "metrics");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, CompletableFuture<byte[]>> underWay = new ConcurrentHashMap<>();

    MetricsRoute(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    /** After the filters, and before the extension, which has what is under its path, too. */
    void serve(@Observes Router router) {
        router.route("/q/metrics/*")
                .order(-1)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::answer);
    }

    private void answer(RoutingContext context) {
        String format = format(context.request().getHeader(HttpHeaders.ACCEPT));
        metrics(format)
                .thenAccept(text -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, format)
                        .end(Buffer.buffer(text)))
                .exceptionally(failure -> {
                    context.fail(failure);
                    return null;
                });
    }

    /** As the extension chooses: OpenMetrics unless somebody asks for text. */
    private static String format(String accept) {
        boolean isText = accept != null && (accept.contains("text/plain") || accept.contains("text/html"));
        return isText ? TextFormat.CONTENT_TYPE_004 : TextFormat.CONTENT_TYPE_OPENMETRICS_100;
    }

    private CompletableFuture<byte[]> metrics(String format) {
        return underWay.compute(
                format,
                (same, before) -> before != null && !before.isDone()
                        ? before
                        : CompletableFuture.supplyAsync(
                                () -> registry.scrape(format).getBytes(UTF_8), reader));
    }

    @PreDestroy
    void end() {
        reader.shutdown();
    }
}
