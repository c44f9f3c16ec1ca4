package dev.todo.problem;

import static io.netty.handler.codec.http.HttpHeaderNames.ACCEPT;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCEPT_CHARSET;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCEPT_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderNames.ACCEPT_LANGUAGE;
import static io.netty.handler.codec.http.HttpHeaderNames.AUTHORIZATION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.SEC_WEBSOCKET_KEY1;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;
import static io.netty.handler.codec.http.HttpHeaderValues.CHUNKED;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.regex.Pattern;

/** Which heads of requests are refused, whatever they ask for. */
final class RequestHeads {

    /** Any name of a method is shorter; the access log would have all of it. */
    private static final int MAX_METHOD = 30;

    /** Any path is shorter; it is taken apart, decoded and put together again, several times, before it is known to be none. */
    private static final int MAX_PATH = 1000;

    /** What they are parsed into takes many times their length and time, and some of it is kept. */
    private static final List<CharSequence> PARSED =
            List.of(CONTENT_TYPE, ACCEPT, ACCEPT_CHARSET, ACCEPT_ENCODING, ACCEPT_LANGUAGE);

    private static final int MAX_PARSED = 1000;

    /** A parameter that is nothing but a quote, which Vert.x fails at when it takes the quotes of a parameter away. */
    private static final Pattern LONE_QUOTE = Pattern.compile("=\" *(?:[;,]|$)");

    /** A token is parsed before it is known to be nobody's. */
    private static final int MAX_AUTHORIZATION = 8 << 10;

    private RequestHeads() {}

    /** The status to refuse a request with, or 0. */
    static int faultOf(HttpRequest request) {
        Throwable cause = request.decoderResult().cause();
        if (cause != null) {
            return cause instanceof TooLongHttpLineException
                    ? 414
                    : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        }
        if (!isVersionOfVertx(request.protocolVersion())) {
            return 505;
        }
        HttpHeaders headers = request.headers();
        if (pathLength(request.uri()) > MAX_PATH) {
            return 414;
        }
        if (PARSED.stream().anyMatch(name -> length(headers, name) > MAX_PARSED)
                || length(headers, AUTHORIZATION) > MAX_AUTHORIZATION) {
            return 431;
        }
        return isUnambiguous(headers)
                        && PARSED.stream().noneMatch(name -> hasLoneQuote(headers, name))
                        && !RoutingProblems.isMalformed(request.uri())
                        && request.method().name().length() <= MAX_METHOD
                ? 0
                : 400;
    }

    /** Vert.x knows these very objects: "http/1.1" and "HTTP/01.1" make others, which are equal. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isVersionOfVertx(HttpVersion version) {
        return version == HttpVersion.HTTP_1_1 || version == HttpVersion.HTTP_1_0;
    }

    /** All of an absolute address: where its path begins, Vert.x finds in its own way, behind a question mark, too. */
    private static int pathLength(String uri) {
        int query = uri.startsWith("/") ? uri.indexOf('?') : -1;
        return query < 0 ? uri.length() : query;
    }

    private static int length(HttpHeaders headers, CharSequence name) {
        int length = 0;
        for (var values = headers.valueCharSequenceIterator(name); values.hasNext(); ) {
            length += values.next().length();
        }
        return length;
    }

    private static boolean hasLoneQuote(HttpHeaders headers, CharSequence name) {
        for (var values = headers.valueCharSequenceIterator(name); values.hasNext(); ) {
            if (LONE_QUOTE.matcher(values.next()).find()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Netty sees to Content-Length itself, but takes a coding that it does not know for no body at all, and eight bytes after
     * a request with two keys of the first web sockets for one.
     */
    private static boolean isUnambiguous(HttpHeaders headers) {
        List<String> codings = headers.getAll(TRANSFER_ENCODING);
        return headers.getAll(HOST).size() <= 1
                && !headers.contains(SEC_WEBSOCKET_KEY1)
                && (codings.isEmpty() || (codings.size() == 1 && CHUNKED.contentEqualsIgnoreCase(codings.get(0))));
    }
}
