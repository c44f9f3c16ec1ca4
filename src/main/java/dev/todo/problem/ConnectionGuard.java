package dev.todo.problem;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.EXPECT;
import static io.netty.handler.codec.http.HttpHeaderNames.RETRY_AFTER;
import static io.netty.handler.codec.http.HttpHeaderValues.CLOSE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.todo.common.Connections;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Stands between Netty, which makes requests of what a connection takes in, and Vert.x. What Vert.x would wait for without
 * end or keep without limit, and what a proxy might read as another number of requests than Netty does, ends here with a
 * {@link Problem}, and so does the connection. Vert.x gets requests as a whole, so that no thread ever waits for one, and one
 * when the answer to the one before has gone out, so that who does not read has one answer in memory and no thread.
 */
final class ConnectionGuard extends ChannelDuplexHandler {

    /** Far more than any client sends ahead. */
    private static final int MAX_UNANSWERED = 16;

    /** What a connection may always keep, so that the requests of most users, and probes, get through. */
    static final int FAIR_SHARE = 16 << 10;

    private static final Duration LINGER = Duration.ofSeconds(1);

    private final Limits limits;
    private final ConnectionLimit connections;

    private final RequestBytes requestBytes;
    /** What Vert.x has answered and the client has not taken. */
    private UnsentBytes unsentBytes;
    /** Requests whose answers have not gone out to the end. */
    private int unanswered;
    /** Whether the first of these answers has begun, and whether it is written as a whole. */
    private boolean answering;

    private boolean answered;
    /** Of all answers, since the client may not have read the ones before either. */
    private long answerBytes;
    /** Whether it is the last one, as it says itself. */
    private boolean answerEndsConnection;

    private Future<?> timeToRead;

    /** Whether Vert.x has a request, and whether without its body; the ones after it. */
    private boolean busy;

    private boolean bodyIsLeft;

    private final Queue<WaitingRequest> waiting = new ArrayDeque<>(0);

    /** How often Netty has made something of what came in. */
    private long decoded;

    private boolean inBody;
    private long bodyBytes;
    private Future<?> deadline;

    /** The request whose body has not come in as a whole; what of it has. */
    private HttpRequest head;

    private ByteBuf body;

    /** Whether nothing more is taken in. */
    private boolean ending;
    /** The last answer, if there is one to come and none of Vert.x ends the connection. */
    private FullHttpResponse refusal;
    /** Whether nothing more is sent either. */
    private boolean ended;

    private Future<?> reset;

    ConnectionGuard(Limits limits, ConnectionLimit connections) {
        this.limits = limits;
        this.connections = connections;
        this.requestBytes = new RequestBytes(limits.requestBytes);
    }

    /** What all connections have in common; all of them together may keep no more than the given bytes waiting. */
    record Limits(
            Duration headTimeout,
            Duration bodyTimeout,
            Duration readTimeout,
            RequestBytes.Limit requestBytes,
            UnsentBytes.Limit unsentBytes) {

        Limits(
                Duration headTimeout,
                Duration bodyTimeout,
                Duration readTimeout,
                long maxRequestBytes,
                long maxUnsentBytes) {
            this(
                    headTimeout,
                    bodyTimeout,
                    readTimeout,
                    new RequestBytes.Limit(maxRequestBytes),
                    new UnsentBytes.Limit(maxUnsentBytes));
        }
    }

    /** Returns whether anything is to be made of them. */
    boolean receive(ByteBuf bytes, ChannelHandlerContext context) {
        if (!requestBytes.receive(bytes)) {
            refuse(503, context);
        } else if (deadline == null) {
            await(context);
        }
        return !ending;
    }

    /** @param folded whether they were a header's next line */
    void afterDecoding(boolean folded, ChannelHandlerContext context) {
        if (!ending && (folded || requestBytes.haveTooManyLines())) {
            refuse(folded ? 400 : 431, context);
        }
    }

    boolean isEnding() {
        return ending;
    }

    long decoded() {
        return decoded;
    }

    /** See {@link RequestBytes#cumulate}. */
    ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf before, ByteBuf bytes) {
        return requestBytes.cumulate(allocator, before, bytes);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        // Later, since Vert.x may be about to write.
        unsentBytes = new UnsentBytes(
                limits.unsentBytes, () -> context.executor().execute(() -> Connections.reset(context.channel())));
        await(context);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        stopWaiting();
        cancel(timeToRead);
        cancel(reset);
        requestBytes.giveBackAll();
        dropBody();
        waiting.forEach(request -> ReferenceCountUtil.release(request.content()));
        waiting.clear();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        decoded++;
        if (!ending) {
            int fault = message instanceof HttpRequest request
                    ? begin(request, context)
                    : message instanceof HttpContent content ? advance(content, context) : 0;
            if (fault != 0) {
                refuse(fault, context);
            }
        }
        if (ending) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request) {
            if (isTooLarge(request)) {
                handOnInTurn(request, null, context);
            } else {
                head = request;
            }
        } else if (message instanceof HttpContent content) {
            if (head == null) {
                content.release();
            } else if (!isCollected(content, context)) {
                // Also with the last piece: that is the answer to this one.
                inBody = true;
                refuse(503, context);
            } else if (content instanceof LastHttpContent) {
                HttpRequest request = head;
                head = null;
                handOnInTurn(request, takeBody(), context);
            }
        } else {
            context.fireChannelRead(message);
        }
    }

    /**
     * A copy, since a slice would keep all that was read with it, and without trailers, since nobody reads them. False if there is
     * no memory for it.
     */
    private boolean isCollected(HttpContent content, ChannelHandlerContext context) {
        try {
            if (body == null && content.content().isReadable()) {
                body = context.alloc().buffer();
            }
            if (body != null) {
                body.writeBytes(content.content());
            }
            return true;
        } catch (OutOfMemoryError e) {
            // Netty's own limit, mostly: this connection gives back what it has.
            return false;
        } finally {
            content.release();
        }
    }

    private HttpContent takeBody() {
        var content = body == null ? LastHttpContent.EMPTY_LAST_CONTENT : new DefaultLastHttpContent(body);
        body = null;
        return content;
    }

    /** @param content null if it is too large to be taken in */
    private void handOnInTurn(HttpRequest request, HttpContent content, ChannelHandlerContext context) {
        if (busy) {
            waiting.add(WaitingRequest.of(request, content));
        } else {
            busy = true;
            handOn(request, content, context);
        }
    }

    private void handOn(HttpRequest request, HttpContent content, ChannelHandlerContext context) {
        bodyIsLeft = content == null;
        context.fireChannelRead(request);
        if (content != null) {
            context.fireChannelRead(content);
        }
    }

    private void goOn(ChannelHandlerContext context) {
        // Where the client has gone, Vert.x would wait for it to take the answer.
        if (ended || !context.channel().isActive()) {
            return;
        }
        if (answerEndsConnection) {
            end(Unpooled.EMPTY_BUFFER, context);
        } else if (ending) {
            endInTurn(context);
        }
        WaitingRequest next = ended ? null : waiting.poll();
        if (next == null) {
            busy = false;
        } else {
            handOn(next.head(), next.content(), context);
            // Vert.x keeps what it writes until then.
            context.fireChannelReadComplete();
        }
    }

    /** Returns the status to refuse the request with, or 0. */
    private int begin(HttpRequest request, ChannelHandlerContext context) {
        int fault = RequestHeads.faultOf(request);
        if (fault != 0) {
            return fault;
        }
        if (unanswered == MAX_UNANSWERED) {
            return 429;
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            // Of several lengths Netty takes the first one of HTTP/1.0, and tells nobody: there is no next request.
            request.headers().remove(CONNECTION);
        }
        unanswered++;
        inBody = true;
        bodyBytes = 0;
        stopWaiting();
        await(context);
        if (!isTooLarge(request)) {
            if (HttpUtil.is100ContinueExpected(request)) {
                askForBody(context);
            }
            request.headers().remove(EXPECT);
        }
        return 0;
    }

    /** Who is not asked sends the body all the same, a little later. */
    @SuppressWarnings("FutureReturnValueIgnored") // without it a connection that fails is still found out
    private void askForBody(ChannelHandlerContext context) {
        boolean isInTheMiddleOfOtherAnswers = unanswered > 1;
        if (!isInTheMiddleOfOtherAnswers) {
            context.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
    }

    private static boolean isTooLarge(HttpRequest request) {
        return RoutingProblems.isTooLarge(request.headers().get(CONTENT_LENGTH));
    }

    private int advance(HttpContent content, ChannelHandlerContext context) {
        if (content.decoderResult().isFailure()) {
            return 400;
        }
        requestBytes.decodedAsText(content.content());
        bodyBytes += content.content().readableBytes();
        if (bodyBytes > RoutingProblems.MAX_BODY_BYTES) {
            return 413;
        }
        if (content instanceof LastHttpContent) {
            boolean isMoreThere = requestBytes.endRequest();
            if (requestBytes.areTooManyLinesWhole()) {
                return 431;
            }
            inBody = false;
            stopWaiting();
            if (isMoreThere) {
                await(context);
            }
        }
        return 0;
    }

    /** Since time-outs of Netty start again with every byte. */
    private void await(ChannelHandlerContext context) {
        Duration timeout = inBody ? limits.bodyTimeout : limits.headTimeout;
        deadline = context.executor().schedule(() -> expire(context), timeout.toMillis(), MILLISECONDS);
    }

    private void stopWaiting() {
        cancel(deadline);
        deadline = null;
    }

    private void expire(ChannelHandlerContext context) {
        if (inBody && !context.channel().config().isAutoRead()) {
            // It is the service that does not read.
            await(context);
        } else {
            refuse(408, context);
        }
    }

    private void refuse(int status, ChannelHandlerContext context) {
        stopWaiting();
        ending = true;
        // Browsers open connections ahead, and would show an answer that they did not ask for; a proxy that has all it
        // asked for would hand it on to somebody else.
        if (inBody || requestBytes.haveBegunAnotherRequest()) {
            refusal = refusal(status);
        }
        // Which lets Vert.x send what it has kept.
        dropIncoming(context);
        if (context.channel().isActive()) {
            endInTurn(context);
        }
    }

    /** Nothing more is made of it, and others need the room before the connection is closed. */
    private void dropIncoming(ChannelHandlerContext context) {
        if (context.pipeline().get(HttpRequestDecoder.class) != null) {
            context.pipeline().remove(HttpRequestDecoder.class);
        }
        dropBody();
        head = null;
        requestBytes.giveBackIncoming();
    }

    private void dropBody() {
        if (body != null) {
            body.release();
            body = null;
        }
    }

    /** Answers go out in the order of the requests, and one to each. */
    private void endInTurn(ChannelHandlerContext context) {
        int before = inBody ? unanswered - 1 : unanswered;
        if (before <= 0 && !answering) {
            // Below that, the request in question has been answered before its body.
            end(before == 0 && refusal != null ? refusal : Unpooled.EMPTY_BUFFER, context);
        }
    }

    private void end(Object last, ChannelHandlerContext context) {
        ended = true;
        stopWaiting();
        // Whoever has not taken what is there already does not take this.
        resetAfter(limits.readTimeout, context);
        context.writeAndFlush(last).addListener(sent -> linger(context));
    }

    /**
     * Reads on for a moment, since what is still being sent would make the system reset the connection, answer and all; longer where
     * the answer is so long that who has asked for it may still be reading it.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // there is nothing left to do if it fails
    private void linger(ChannelHandlerContext context) {
        if (!context.channel().isOpen()) {
            return;
        }
        ((DuplexChannel) context.channel()).shutdownOutput();
        boolean isLong = answerBytes > FAIR_SHARE;
        if (!isLong) {
            connections.end(context.channel());
        }
        resetAfter(isLong ? limits.readTimeout : LINGER, context);
    }

    private void resetAfter(Duration patience, ChannelHandlerContext context) {
        cancel(reset);
        reset = context.executor()
                .schedule(() -> Connections.reset(context.channel()), patience.toMillis(), MILLISECONDS);
    }

    /** Else it would keep the connection in memory until its time. */
    private static void cancel(Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** What Vert.x closes, when the system has all of the answer but the client perhaps has not. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
        if (!context.channel().isActive()) {
            super.close(context, promise);
            return;
        }
        if (!ended) {
            end(Unpooled.EMPTY_BUFFER, context);
        }
        context.channel().closeFuture().addListener(closed -> promise.trySuccess());
    }

    private static FullHttpResponse refusal(int status) {
        Problem problem = Problem.of(status, StandardDetails.of(status), List.of());
        // Nothing in it needs an escape.
        byte[] body = "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}"
                .formatted(problem.type(), problem.title(), problem.status(), problem.detail())
                .getBytes(UTF_8);
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        SecurityHeaders.ALL.forEach(response.headers()::set);
        response.headers()
                .set(CONTENT_TYPE, Problem.MEDIA_TYPE)
                .set(CONTENT_LENGTH, body.length)
                .set(CONNECTION, CLOSE);
        if (status == 503 || status == 429) {
            response.headers().set(RETRY_AFTER, 1);
        }
        return response;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (ended) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        if (message instanceof HttpResponse response) {
            answering = true;
            if (bodyIsLeft) {
                // Whatever Vert.x makes of the request: nobody is going to read its body.
                response.headers().set(CONNECTION, CLOSE);
            }
            if (!HttpUtil.isKeepAlive(response)) {
                // Nobody is going to read what comes after it, or the rest of a body that is too large.
                stopWaiting();
                ending = true;
                answerEndsConnection = true;
            }
        }
        boolean isLast = message instanceof LastHttpContent;
        int bytes = message instanceof HttpContent content ? content.content().readableBytes() : 0;
        answerBytes += bytes;
        unsentBytes.add(bytes);
        answered |= isLast;
        ChannelPromise sent = promise.unvoid();
        sent.addListener(written -> {
            if (!written.isSuccess()) {
                // For want of memory, say: what came after it would be taken for the rest.
                Connections.reset(context.channel());
            }
            sent(bytes, isLast, context);
        });
        super.write(context, message, sent);
    }

    private void sent(int bytes, boolean isLast, ChannelHandlerContext context) {
        unsentBytes.remove(bytes);
        cancel(timeToRead);
        timeToRead = null;
        if (!isLast) {
            awaitReader(context);
            return;
        }
        unanswered--;
        answering = false;
        answered = false;
        requestBytes.giveBackFirstRequest();
        // Vert.x has not done with this one yet, nor has Netty where the client has gone.
        context.executor().execute(() -> goOn(context));
    }

    @Override
    public void flush(ChannelHandlerContext context) throws Exception {
        super.flush(context);
        awaitReader(context);
    }

    /** Vert.x itself closes a connection only when the client has taken what was written before. */
    private void awaitReader(ChannelHandlerContext context) {
        if ((answered || unsentBytes.areThere())
                && timeToRead == null
                && context.channel().isActive()) {
            timeToRead = context.executor()
                    .schedule(() -> Connections.reset(context.channel()), limits.readTimeout.toMillis(), MILLISECONDS);
        }
    }
}
