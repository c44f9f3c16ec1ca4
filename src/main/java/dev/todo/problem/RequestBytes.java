package dev.todo.problem;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpConstants;
import io.netty.util.ByteProcessor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what a connection has sent and has not been answered, in bytes that it takes in memory. Bytes count as they come in,
 * when nobody knows yet what they are, and until the answer to their request has gone out.
 */
final class RequestBytes {

    /** What Netty and Vert.x make of a line of headers, however short it is. */
    private static final int BYTES_OF_A_HEADER = 150;

    /** The largest head with a hundred headers, and a body in chunks of a kilobyte, have less. */
    private static final int MAX_OVERHEAD = 128 << 10;

    private final Limit limit;

    private Bytes held = Bytes.NONE;
    /** Of that, what is no whole request yet. */
    private Bytes incoming = Bytes.NONE;
    /** What each request held that is whole and not answered. */
    private final Queue<Bytes> requests = new ArrayDeque<>(0);
    /** What Netty has of which it has not made anything yet. */
    private ByteBuf undecoded = Unpooled.EMPTY_BUFFER;

    private boolean hasBegun;

    RequestBytes(Limit limit) {
        this.limit = limit;
    }

    /** How many bytes all connections together may hold, and how many they do. */
    record Limit(long max, AtomicLong held) {

        Limit(long max) {
            this(max, new AtomicLong());
        }
    }

    /** All of them, and those that are known to be of bodies. */
    private record Bytes(long all, long text) {

        private static final Bytes NONE = new Bytes(0, 0);

        private Bytes plus(Bytes other) {
            return new Bytes(all + other.all, text + other.text);
        }

        private Bytes minus(Bytes other) {
            return new Bytes(all - other.all, text - other.text);
        }

        private long overhead() {
            return all - text;
        }
    }

    /** Returns whether there is room for them; they count in any case. */
    boolean receive(ByteBuf bytes) {
        add(new Bytes(costOf(bytes), 0));
        hasBegun |= !isBlank(bytes);
        return limit.held.get() <= limit.max || held.all <= ConnectionGuard.FAIR_SHARE;
    }

    /** Returns whether few bytes were sent that make much: lines of headers, sizes of chunks. */
    boolean haveTooManyLines() {
        return held.overhead() > MAX_OVERHEAD;
    }

    /** The same of those that are of whole requests. */
    boolean areTooManyLinesWhole() {
        return held.minus(incoming).overhead() > MAX_OVERHEAD;
    }

    /** Returns whether something has come in of a request that is not whole: empty lines before it are nothing. */
    boolean haveBegunAnotherRequest() {
        return hasBegun;
    }

    /** For Netty's decoder, whose own buffer alone shows how far it has got. */
    ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf before, ByteBuf bytes) {
        // Its own indices stay as they are when Netty has released it and uses the buffer for something else.
        undecoded = ByteToMessageDecoder.MERGE_CUMULATOR
                .cumulate(allocator, before, bytes)
                .duplicate();
        return undecoded;
    }

    /** Which has no headers in it. */
    void decodedAsText(ByteBuf content) {
        add(new Bytes(-costOfLines(content), content.readableBytes()));
    }

    /** Returns whether the connection has sent more than the request. */
    boolean endRequest() {
        // Netty releases it where all of it is decoded.
        var ahead = new Bytes(undecoded.isReadable() ? costOf(undecoded) : 0, 0);
        hasBegun = ahead.all > 0 && !isBlank(undecoded);
        requests.add(incoming.minus(ahead));
        incoming = ahead;
        return ahead.all > 0;
    }

    /** Does nothing where the answer has gone out before its request has come in. */
    void giveBackFirstRequest() {
        Bytes request = requests.poll();
        if (request != null) {
            giveBack(request);
        }
    }

    void giveBackIncoming() {
        giveBack(incoming);
        incoming = Bytes.NONE;
    }

    void giveBackAll() {
        giveBack(held);
        incoming = Bytes.NONE;
        requests.clear();
    }

    private void add(Bytes bytes) {
        incoming = incoming.plus(bytes);
        held = held.plus(bytes);
        limit.held.addAndGet(bytes.all);
    }

    private void giveBack(Bytes bytes) {
        held = held.minus(bytes);
        limit.held.addAndGet(-bytes.all);
    }

    /** Whatever they are: also what is after a body, or next to the end of one, can become headers. */
    private static long costOf(ByteBuf bytes) {
        return bytes.readableBytes() + costOfLines(bytes);
    }

    private static long costOfLines(ByteBuf bytes) {
        var lines = new LineCounter();
        bytes.forEachByte(lines);
        return BYTES_OF_A_HEADER * lines.count;
    }

    /** Looking for one line after the other takes many times as long where they are short. */
    private static final class LineCounter implements ByteProcessor {

        private long count;

        @Override
        public boolean process(byte letter) {
            if (letter == HttpConstants.LF) {
                count++;
            }
            return true;
        }
    }

    private static boolean isBlank(ByteBuf bytes) {
        return bytes.forEachByte(RequestBytes::isBlank) < 0;
    }

    private static boolean isBlank(byte letter) {
        // As Netty skips them before a request.
        return letter >= 0 && letter <= HttpConstants.SP;
    }
}
