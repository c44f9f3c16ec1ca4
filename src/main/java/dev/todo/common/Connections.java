package dev.todo.common;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/** Connections of requests. */
public final class Connections {

    private Connections() {}

    /**
     * Ends a connection at once, from any thread. Goes past Vert.x, which first waits for the reader and ends the answer properly,
     * so that a part would look like the whole.
     */
    public static void close(RoutingContext routing) {
        reset(((ConnectionBase) routing.request().connection()).channel());
    }

    /**
     * Ends a connection, from any thread, without what has been sent and not taken. Of one that is only closed Linux keeps that, and
     * counts it for the container, for as long as the client is there.
     */
    public static void reset(Channel channel) {
        if (!channel.eventLoop().inEventLoop()) {
            channel.eventLoop().execute(() -> reset(channel));
        } else if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.unsafe().close(channel.voidPromise());
        }
    }
}
