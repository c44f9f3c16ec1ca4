package dev.todo.problem;

import dev.todo.common.Connections;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Closes connections over a limit as soon as they are accepted: the first in the pipeline of a listening socket. Where Quarkus
 * counts them (quarkus.http.limits.max-connections) they have cost all that one costs, and have waited in memory for it, any
 * number of them when the cores are busy.
 */
final class ConnectionLimit extends ChannelInboundHandlerAdapter {

    /** Besides those that the limit counts. */
    static final int MAX_ENDING = 1_000;

    private final int max;
    private final Set<Channel> open = new HashSet<>();

    /** Those that are only waiting for their clients to read the last answer, the one that has waited longest first. */
    private final Set<Channel> ending = new LinkedHashSet<>();

    ConnectionLimit(int max) {
        this.max = max;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var connection = (Channel) message;
        if (!begin(connection)) {
            connection.unsafe().closeForcibly();
            return;
        }
        connection.closeFuture().addListener(closed -> forget(connection));
        context.fireChannelRead(connection);
        if (!connection.isOpen()) {
            // One that Netty could not set up: its future is never done.
            forget(connection);
        }
    }

    private synchronized boolean begin(Channel connection) {
        return open.size() < max && open.add(connection);
    }

    private synchronized void forget(Channel connection) {
        open.remove(connection);
        ending.remove(connection);
    }

    /**
     * Makes room for another one while the client of this one, which has been answered for the last time, still reads. Of too many
     * that are ending, the one that has been for longest is reset.
     */
    void end(Channel connection) {
        Channel longest = moveToEnding(connection);
        if (longest != null) {
            Connections.reset(longest);
        }
    }

    /** Returns the one that is to be reset, or null. */
    private synchronized Channel moveToEnding(Channel connection) {
        if (!open.remove(connection)) {
            return null;
        }
        ending.add(connection);
        if (ending.size() <= MAX_ENDING) {
            return null;
        }
        Channel longest = ending.iterator().next();
        ending.remove(longest);
        return longest;
    }
}
