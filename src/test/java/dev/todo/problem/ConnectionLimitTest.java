package dev.todo.problem;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** Connections that are accepted, on their way to an event loop. */
class ConnectionLimitTest {

    private final EmbeddedChannel listening = new EmbeddedChannel(new ConnectionLimit(2));

    @Test
    void thoseWithinTheLimitGoOn() {
        assertTrue(goesOn(new EmbeddedChannel()));
        assertTrue(goesOn(new EmbeddedChannel()));
    }

    @Test
    void oneOverTheLimitIsClosedBeforeItCostsAnything() {
        fill();
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

    private void fill() {
        assertTrue(goesOn(new EmbeddedChannel()));
        assertTrue(goesOn(new EmbeddedChannel()));
    }

    private boolean goesOn(Channel connection) {
        listening.writeInbound(connection);
        return listening.readInbound() == connection;
    }
}
