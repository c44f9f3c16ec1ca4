package dev.todo.problem;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closes connections over a limit as soon as they are accepted: the first in the pipeline of a listening socket. Where Quarkus
 * counts them (quarkus.http.limits.max-connections) they have cost all that one costs, and have waited in memory for it, any
 * number of them when the cores are busy.
 */
final class ConnectionLimit extends ChannelInboundHandlerAdapter {

    private final int max;
    private final AtomicInteger open = new AtomicInteger();

    ConnectionLimit(int max) {
        this.max = max;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var connection = (Channel) message;
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            connection.unsafe().closeForcibly();
            return;
        }
        var counted = new AtomicBoolean(true);
        connection.closeFuture().addListener(closed -> release(counted));
        context.fireChannelRead(connection);
        if (!connection.isOpen()) {
            // One that Netty could not set up: its future is never done.
            release(counted);
        }
    }

    private void release(AtomicBoolean counted) {
        if (counted.getAndSet(false)) {
            open.decrementAndGet();
        }
    }
}
