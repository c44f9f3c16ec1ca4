package dev.todo.problem;

import dev.todo.common.Connections;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpConstants;
import io.netty.util.ByteProcessor;

/**
 * What tells a {@link ConnectionGuard} of bytes that do not make a request yet: the first in the pipeline. Has a header in
 * several lines (RFC 9112, section 5.2) refused, since Netty copies what it has of it for every one.
 */
final class ConnectionIntake extends ChannelInboundHandlerAdapter {

    /** So few that copies of them cost nothing, if trailers follow the text. */
    private static final int LINES_AFTER_TEXT = 64;

    private final ConnectionGuard guard;

    private boolean afterLine = true;

    /** Whether the last part was a line of a body, so that more of them may follow. */
    private boolean afterText;

    ConnectionIntake(ConnectionGuard guard) {
        this.guard = guard;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        if (!guard.isEnding() && endOfPart(bytes) == bytes.writerIndex()) {
            handOn(bytes, context);
            return;
        }
        try {
            while (!guard.isEnding() && bytes.isReadable()) {
                handOn(bytes.readRetainedSlice(endOfPart(bytes) - bytes.readerIndex()), context);
            }
        } finally {
            bytes.release();
        }
    }

    /** Whoever has ended their side gets no answer any more; Netty would leave it with the system. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            Connections.reset(context.channel());
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    /** An indented line is a part by itself, so that it shows what Netty makes of it; not each one of a body's. */
    private int endOfPart(ByteBuf bytes) {
        if (afterText || beginsIndented(bytes)) {
            int end = bytes.forEachByte(new LineLimit(afterText ? LINES_AFTER_TEXT : 1));
            return end < 0 ? bytes.writerIndex() : end + 1;
        }
        int indentation = bytes.forEachByte(new IndentationFinder());
        return indentation < 0 ? bytes.writerIndex() : indentation;
    }

    /** Stops at the end of the last of some lines. */
    private static final class LineLimit implements ByteProcessor {

        private int lines;

        LineLimit(int lines) {
            this.lines = lines;
        }

        @Override
        public boolean process(byte letter) {
            if (letter == HttpConstants.LF) {
                lines--;
            }
            return lines > 0;
        }
    }

    /** Stops where a line begins indented. */
    private static final class IndentationFinder implements ByteProcessor {

        private boolean afterLine;

        @Override
        public boolean process(byte letter) {
            if (afterLine && isBlank(letter)) {
                return false;
            }
            afterLine = letter == HttpConstants.LF;
            return true;
        }
    }

    private boolean beginsIndented(ByteBuf bytes) {
        return afterLine && isBlank(bytes.getByte(bytes.readerIndex()));
    }

    private static boolean isBlank(byte letter) {
        return letter == HttpConstants.SP || letter == HttpConstants.HT;
    }

    private void handOn(ByteBuf part, ChannelHandlerContext context) {
        var ofGuard = context.pipeline().context(guard);
        if (!guard.receive(part, ofGuard)) {
            part.release();
            return;
        }
        boolean indented = beginsIndented(part);
        afterLine = part.getByte(part.writerIndex() - 1) == HttpConstants.LF;
        long before = guard.decoded();
        context.fireChannelRead(part);
        // By now all that is text is known to be.
        boolean folded = indented && guard.decoded() == before;
        afterText = indented && !folded && !afterText;
        guard.afterDecoding(folded, ofGuard);
    }
}
