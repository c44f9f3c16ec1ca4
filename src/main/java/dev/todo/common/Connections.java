package dev.todo.common;

import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/** Connections of requests. */
public final class Connections {

    private Connections() {}

    /**
     * Ends a connection at once, from any thread. Goes past Vert.x, which first waits for the reader and ends the answer properly,
     * so that a part would look like the whole.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // there is nothing left to do if closing fails
    public static void close(RoutingContext routing) {
        var first = ((ConnectionBase) routing.request().connection())
                .channel()
                .pipeline()
                .firstContext();
        boolean isClosed = first == null;
        if (!isClosed) {
            first.close();
        }
    }
}
