package dev.todo.problem;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only a machine without memory would show. */
class ConnectionGuardTest {

    /** As Netty's does when its limit is reached. */
    private static final ByteBufAllocator FULL = new AbstractByteBufAllocator() {
        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("full");
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("full");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    };

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ConnectionGuard.Limits limits =
            new ConnectionGuard.Limits(SECOND, SECOND, SECOND, 1 << 20, 10 * ConnectionGuard.FAIR_SHARE);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBodyThatThereIsNoMemoryForIsRefusedAndLeavesNothingBehind(boolean last) {
        var channel = new EmbeddedChannel(new ConnectionGuard(limits, new ConnectionLimit(1)));
        channel.config().setAllocator(FULL);
        ByteBuf content = Unpooled.copiedBuffer("{}", US_ASCII);

        channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/auth/login"));
        channel.writeInbound(last ? new DefaultLastHttpContent(content) : new DefaultHttpContent(content));

        assertEquals(0, content.refCnt());
        HttpResponse answer = channel.readOutbound();
        assertEquals(503, answer.status().code());
        assertFalse(channel.finish());
    }

    @Test
    void whoReadsKeepsTheAnswerWhereOthersDoNotRead() {
        var reader = new Client(limits);
        var first = new Client(limits);
        var second = new Client(limits);
        reader.answer(4);
        first.answer(4);
        second.answer(1);
        reader.read();
        second.answer(1);
        reader.answer(4);
        assertTrue(reader.isOpen() && first.isOpen() && second.isOpen());

        reader.answer(2);
        assertFalse(first.isOpen());
        assertTrue(reader.isOpen() && second.isOpen());
        reader.answer(3);
        assertFalse(second.isOpen());
        assertTrue(reader.isOpen());

        // What was closed gives its room back once.
        first.read();
        second.read();
        reader.answer(1);
        assertTrue(reader.isOpen());
        reader.answer(1);
        assertFalse(reader.isOpen());
    }

    @Test
    void ofAnAnswerThatIsNotWrittenAsAWholeNothingMoreIsWritten() {
        var client = new Client(limits);
        client.answer(1);
        client.written.remove().setFailure(new OutOfMemoryError("full"));
        client.channel.runPendingTasks();
        assertFalse(client.isOpen());
    }

    /** Its answers before may have filled what the system keeps, so that the last one waits. */
    @Test
    void whoDoesNotTakeTheLastAnswerIsDisconnected() {
        var client = new Client(limits);
        client.channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        client.read();
        client.channel.runPendingTasks();
        client.channel.writeInbound(
                new DefaultHttpRequest(HttpVersion.valueOf("HTTP/9.9"), HttpMethod.GET, "/api/tasks"));
        assertEquals(1, client.written.size());
        assertTrue(client.isOpen());

        client.channel.advanceTimeBy(2, TimeUnit.SECONDS);
        client.channel.runScheduledPendingTasks();
        assertFalse(client.isOpen());
    }

    /** Takes answers when it is told to. */
    private static final class Client extends ChannelOutboundHandlerAdapter {

        private final Queue<ChannelPromise> written = new ArrayDeque<>();
        private final EmbeddedChannel channel;

        private Client(ConnectionGuard.Limits limits) {
            channel = new EmbeddedChannel(this, new ConnectionGuard(limits, new ConnectionLimit(1)));
            channel.writeInbound(
                    new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/api/tasks"),
                    new DefaultLastHttpContent());
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ReferenceCountUtil.release(message);
            written.add(promise);
        }

        private void answer(int shares) {
            channel.writeOutbound(
                    new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[shares * ConnectionGuard.FAIR_SHARE])));
        }

        private void read() {
            while (!written.isEmpty()) {
                written.remove().setSuccess();
            }
        }

        private boolean isOpen() {
            channel.runPendingTasks();
            return channel.isOpen();
        }
    }
}
