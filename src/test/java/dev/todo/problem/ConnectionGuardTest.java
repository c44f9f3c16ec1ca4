package dev.todo.problem;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import org.junit.jupiter.api.Test;

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

    @Test
    void aBodyThatThereIsNoMemoryForIsRefusedAndLeavesNothingBehind() {
        var second = Duration.ofSeconds(1);
        var limits = new ConnectionGuard.Limits(second, second, second, 1 << 20, 1 << 20);
        var channel = new EmbeddedChannel(new ConnectionGuard(limits));
        channel.config().setAllocator(FULL);
        ByteBuf content = Unpooled.copiedBuffer("{}", US_ASCII);

        channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/auth/login"));
        channel.writeInbound(new DefaultHttpContent(content));

        assertEquals(0, content.refCnt());
        HttpResponse answer = channel.readOutbound();
        assertEquals(503, answer.status().code());
        assertFalse(channel.finish());
    }
}
