package dev.todo.problem;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.impl.headers.HeadersMultiMap;

/**
 * A request that waits for the one before. Its head is a text, since what Netty makes of one takes several times the memory: method,
 * address, version, and the names and values of headers, between line feeds, of which none has any.
 */
record WaitingRequest(String text, HttpContent content) {

    private static final String SEPARATOR = "\n";

    static WaitingRequest of(HttpRequest head, HttpContent content) {
        var text = new StringBuilder()
                .append(head.method().name())
                .append(SEPARATOR)
                .append(head.uri())
                .append(SEPARATOR)
                .append(head.protocolVersion().text());
        head.headers()
                .iteratorCharSequence()
                .forEachRemaining(header -> text.append(SEPARATOR)
                        .append(header.getKey())
                        .append(SEPARATOR)
                        .append(header.getValue()));
        return new WaitingRequest(text.toString(), content);
    }

    /** As Vert.x has Netty make it. */
    HttpRequest head() {
        String[] parts = text.split(SEPARATOR, -1);
        var headers = HeadersMultiMap.httpHeaders();
        for (int i = 3; i < parts.length; i += 2) {
            headers.add(parts[i], parts[i + 1]);
        }
        return new DefaultHttpRequest(HttpVersion.valueOf(parts[2]), HttpMethod.valueOf(parts[0]), parts[1], headers);
    }
}
