package dev.todo.operations;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.netty.buffer.Unpooled;
import io.prometheus.client.exporter.common.TextFormat;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves the metrics, read once for all who ask at once, by a thread of its own. The extension has a worker thread do so for
 * each request: when all of those wait for the database, nobody gets the metrics, and the requests pile up in a queue without
 * limit, also those of clients who have gone.
 */
@ApplicationScoped
@SuppressWarnings("deprecation") // the extension's registry
class MetricsRoute {

    /** Of clients that do not read: each takes what it was answered. */
    private static final int MAX_UNSENT = 100;

    private final AtomicInteger unsent = new AtomicInteger();
    private final ExecutorService reader = Executors.newSingleThreadExecutor(work -> {
        var thread = new Thread(work, "metrics");
        thread.setDaemon(true);
        return thread;
    });
    private final SharedAnswer<byte[]> openMetrics;
    private final SharedAnswer<byte[]> text;

    MetricsRoute(PrometheusMeterRegistry registry) {
        this.openMetrics = shared(registry, TextFormat.CONTENT_TYPE_OPENMETRICS_100);
        this.text = shared(registry, TextFormat.CONTENT_TYPE_004);
    }

    private SharedAnswer<byte[]> shared(PrometheusMeterRegistry registry, String format) {
        return new SharedAnswer<>(null, () -> registry.scrape(format).getBytes(UTF_8), reader);
    }

    /** Everybody may read the metrics: a connection to the mail server would tell who reads them of a mail to an account. */
    @Produces
    @Singleton
    static MeterFilter noOpenFiles() {
        return MeterFilter.denyNameStartsWith("process.files");
    }

    /** After the filters, and before the extension, which has what is under its path, too. */
    void serve(@Observes Router router) {
        router.route("/q/metrics/*")
                .order(-1)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::answer);
    }

    /** In text if that is asked for, as the extension chooses. */
    private void answer(RoutingContext context) {
        String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        if (accept != null && (accept.contains("text/plain") || accept.contains("text/html"))) {
            answer(context, TextFormat.CONTENT_TYPE_004, text.get());
        } else {
            answer(context, TextFormat.CONTENT_TYPE_OPENMETRICS_100, openMetrics.get());
        }
    }

    private void answer(RoutingContext context, String format, CompletionStage<byte[]> metrics) {
        Future.fromCompletionStage(metrics, Vertx.currentContext())
                .onFailure(context::fail)
                .onSuccess(read -> {
                    if (!context.response().closed()) {
                        answer(context, format, read);
                    }
                });
    }

    private void answer(RoutingContext context, String format, byte[] metrics) {
        if (unsent.incrementAndGet() > MAX_UNSENT || metrics == null) {
            unsent.decrementAndGet();
            context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
            context.fail(503);
            return;
        }
        // Not a copy for each
        var body = Buffer.buffer(Unpooled.wrappedBuffer(metrics));
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, format)
                .end(body)
                .onComplete(sent -> unsent.decrementAndGet());
    }

    @PreDestroy
    void end() {
        reader.shutdown();
    }
}
