package dev.todo.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import org.junit.jupiter.api.Test;

/** What is kept of a request whose turn has not come. */
class WaitingRequestTest {

    @Test
    void nothingOfARequestIsLostOrChangedWhileItWaits() {
        var headers = HeadersMultiMap.httpHeaders()
                .add("Host", "a")
                .add("accept", "text/plain")
                .add("X-Letters", "\u00e9\u00ff \t=:;\"\\")
                .add("ACCEPT", "a,b")
                .add("X-Empty", "");
        var request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_0, HttpMethod.valueOf("X"), "/\u00e9?a=b%0A&c", headers);

        var waiting = WaitingRequest.of(request, LastHttpContent.EMPTY_LAST_CONTENT);

        var head = waiting.head();
        assertEquals("X", head.method().name());
        assertEquals(request.uri(), head.uri());
        assertSame(HttpVersion.HTTP_1_0, head.protocolVersion());
        assertEquals(
                request.headers().entries().toString(), head.headers().entries().toString());
        assertSame(HeadersMultiMap.class, head.headers().getClass());
        assertSame(LastHttpContent.EMPTY_LAST_CONTENT, waiting.content());
    }

    @Test
    void oneWithoutHeadersStaysOne() {
        var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/", HeadersMultiMap.httpHeaders());

        var head = WaitingRequest.of(request, null).head();

        assertSame(HttpVersion.HTTP_1_1, head.protocolVersion());
        assertSame(HttpMethod.GET, head.method());
        assertEquals(0, head.headers().size());
    }
}
