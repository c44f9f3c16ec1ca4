package dev.todo.page;

import io.quarkus.runtime.LaunchMode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.ParsedHeaderValue;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Serves the page that Web Bundler makes of {@code src/main/resources/web}. Quarkus would leave that to Vert.x, which unpacks
 * every file of the class path into a folder first: a root file system may be read-only, and what it takes to do so is off
 * for the sake of cold starts ({@code quarkus.vertx.classpath-resolving}). It would also compress a file for every request;
 * here a file is read and compressed once, when somebody asks for it, and kept.
 *
 * <p>In development Web Bundler serves, and reloads.
 */
@ApplicationScoped
class PageRoute {

    /** Where it is, and where mails link to. */
    private static final List<String> ADDRESSES = List.of("/", "/reset-password", "/verify-email");

    /** Lit makes HTML through a policy of that name alone, and nothing else makes any. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types lit-html";

    private static final String HTML = "/index.html";
    private static final String ICON = "/favicon.svg";
    private static final String BUNDLE = "/static/bundle/";
    private static final Pattern BUNDLED = Pattern.compile(BUNDLE + "[\\w-]+\\.(?:js|css)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "css", "text/css;charset=UTF-8",
            "svg", "image/svg+xml;charset=UTF-8");

    private static final String GZIP = "gzip";

    private final Map<String, Encodings> files = new ConcurrentHashMap<>();

    /** What is sent of a file, and the name of exactly these bytes. */
    private record Content(Buffer bytes, String tag) {

        static Content of(byte[] bytes) {
            return new Content(Buffer.buffer(bytes), '"' + DigestUtils.sha256Hex(bytes) + '"');
        }
    }

    private record Encodings(Content identity, Content gzip) {}

    void serve(@Observes Router router) {
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            serveInDevelopment(router);
            return;
        }
        for (String address : ADDRESSES) {
            route(router, address).handler(context -> {
                context.response().putHeader("Content-Security-Policy", POLICY);
                answer(context, HTML, "no-cache");
            });
        }
        // Quarkus has it there, too.
        route(router, HTML).handler(context -> context.fail(404));
        route(router, ICON).handler(context -> answer(context, ICON, "public, max-age=86400"));
        route(router, BUNDLE + "*").handler(context -> {
            String path = context.normalizedPath();
            if (BUNDLED.matcher(path).matches()) {
                answer(context, path, "public, max-age=31536000, immutable");
            } else {
                context.fail(404);
            }
        });
    }

    /** The policy lets the live reload through: a script of the bundle, and events from here. */
    private static void serveInDevelopment(Router router) {
        for (String address : ADDRESSES) {
            route(router, address).handler(context -> {
                if (address.equals("/")) {
                    context.response().putHeader("Content-Security-Policy", POLICY);
                    context.next();
                } else {
                    context.reroute("/");
                }
            });
        }
    }

    /** After the filters, which refuse other methods, and before Quarkus. */
    private static Route route(Router router, String path) {
        return router.route(path).order(-1).method(HttpMethod.GET).method(HttpMethod.HEAD);
    }

    private void answer(RoutingContext context, String file, String caching) {
        Encodings encodings = files.computeIfAbsent(file, PageRoute::read);
        if (encodings == null) {
            context.fail(404);
            return;
        }
        boolean isCompressed = takesGzip(context);
        Content content = isCompressed ? encodings.gzip() : encodings.identity();
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.CACHE_CONTROL, caching)
                .putHeader(HttpHeaders.VARY, "accept-encoding, origin")
                .putHeader(HttpHeaders.ETAG, content.tag());
        if (isKnown(content.tag(), context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        if (isCompressed) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, GZIP);
        }
        // Vert.x counts for GET alone.
        response.putHeader(
                        HttpHeaders.CONTENT_LENGTH,
                        Integer.toString(content.bytes().length()))
                .putHeader(HttpHeaders.CONTENT_TYPE, TYPES.get(file.substring(file.lastIndexOf('.') + 1)))
                .end(content.bytes());
    }

    private static boolean takesGzip(RoutingContext context) {
        Map<String, Float> weights = context.parsedHeaders().acceptEncoding().stream()
                .collect(Collectors.toMap(
                        coding -> coding.value().toLowerCase(Locale.ROOT), ParsedHeaderValue::weight, Math::max));
        return weights.getOrDefault(GZIP, weights.getOrDefault("*", 0f)) > 0;
    }

    /** Whether the client has it, weakly compared (RFC 9110, section 13.1.2): a tag has its quotes, and is part of no other. */
    private static boolean isKnown(String tag, String ifNoneMatch) {
        return ifNoneMatch != null && (ifNoneMatch.strip().equals("*") || ifNoneMatch.contains(tag));
    }

    /** Null for a file that is not there. */
    private static Encodings read(String file) {
        try (InputStream resource =
                Thread.currentThread().getContextClassLoader().getResourceAsStream("META-INF/resources" + file)) {
            if (resource == null) {
                return null;
            }
            byte[] content = resource.readAllBytes();
            return new Encodings(Content.of(content), Content.of(compressed(content)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] compressed(byte[] content) throws IOException {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new BestGzip(compressed)) {
            gzip.write(content);
        }
        return compressed.toByteArray();
    }

    private static final class BestGzip extends GZIPOutputStream {

        BestGzip(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
