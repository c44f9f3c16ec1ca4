package dev.todo.problem;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections that are accepted, on their way to an event loop. */
class ConnectionLimitTest {

    private final ConnectionLimit limit = new ConnectionLimit(2);
    private final EmbeddedChannel listening = new EmbeddedChannel(limit);

    @Test
    void oneOverTheLimitIsClosedBeforeItCostsAnything() {
        assertTrue(goesOn(new EmbeddedChannel()));
        assertTrue(goesOn(new EmbeddedChannel()));
        var over = new EmbeddedChannel();
        assertFalse(goesOn(over));
        assertFalse(over.isOpen());
    }

    @Test
    void eachThatIsClosedMakesRoomForOneMore() {
        var first = new EmbeddedChannel();
        assertTrue(goesOn(first));
        assertTrue(goesOn(new EmbeddedChannel()));
        assertFalse(goesOn(new EmbeddedChannel()));
        first.finish();
        assertTrue(goesOn(new EmbeddedChannel()));
        assertFalse(goesOn(new EmbeddedChannel()));
    }

    /** As one that is reset before its options are set: its future is never done. */
    @Test
    void oneThatNettyGivesUpTakesNoRoom() {
        listening.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ((Channel) message).unsafe().closeForcibly();
            }
        });
        for (int i = 0; i < 3; i++) {
            assertFalse(goesOn(new EmbeddedChannel()));
        }
        listening.pipeline().removeLast();
        assertTrue(goesOn(new EmbeddedChannel()));
    }

    @Test
    void thoseThatAreEndingTakeNoRoomAndAreAtMostSoMany() {
        List<Channel> ending = new ArrayList<>();
        for (int i = 0; i <= ConnectionLimit.MAX_ENDING; i++) {
            var connection = new EmbeddedChannel();
            assertTrue(goesOn(connection));
            assertTrue(ending.stream().allMatch(Channel::isOpen));
            limit.end(connection);
            ending.add(connection);
        }
        assertFalse(ending.get(0).isOpen());
        assertTrue(ending.stream().skip(1).allMatch(Channel::isOpen));
    }

    @Test
    void oneThatWasEndingMakesRoomOnce() {
        var connection = new EmbeddedChannel();
        assertTrue(goesOn(connection));
        limit.end(connection);
        connection.finish();
        assertTrue(goesOn(new EmbeddedChannel()));
        assertTrue(goesOn(new EmbeddedChannel()));
        assertFalse(goesOn(new EmbeddedChannel()));
    }

    private boolean goesOn(Channel connection) {
        listening.writeInbound(connection);
        return listening.readInbound() == connection;
    }
}
