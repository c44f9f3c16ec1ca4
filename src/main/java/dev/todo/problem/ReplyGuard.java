package dev.todo.problem;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Ends a connection that the service has opened when it lasts too long or brings too much. Vert.x opens them for mails alone,
 * one for each; its client keeps whatever a server answers, and waits for as long as some byte comes now and then.
 */
@SuppressWarnings("FutureReturnValueIgnored") // there is nothing left to do if closing fails
final class ReplyGuard extends ChannelInboundHandlerAdapter {

    /** Far more than any mail server says, with its certificates. */
    private static final int MAX_BYTES = 128 << 10;

    private int bytes;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        // Of what the owner of a connection sets, only this gets here: how long one is worth waiting for.
        int patience = context.channel().config().getConnectTimeoutMillis();
        var deadline = context.executor().schedule(() -> context.close(), patience, MILLISECONDS);
        context.channel().closeFuture().addListener(closed -> deadline.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        bytes += ((ByteBuf) message).readableBytes();
        if (bytes <= MAX_BYTES) {
            context.fireChannelRead(message);
        } else {
            ReferenceCountUtil.release(message);
            context.close();
        }
    }
}
