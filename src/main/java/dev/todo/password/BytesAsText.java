package dev.todo.password;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;

/**
 * Text that stands for bytes, one private-use character each, for Elytron: it takes a password as text alone, and brings
 * that to NFKC, which leaves such characters as they are. Nothing is ever decoded with it.
 */
final class BytesAsText extends Charset {

    static final Charset CHARSET = new BytesAsText();

    private static final char FIRST = '\uE000';

    private BytesAsText() {
        super("x-todo-bytes", null);
    }

    static char[] of(byte[] bytes) {
        char[] text = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            text[i] = (char) (FIRST + (bytes[i] & 0xff));
        }
        return text;
    }

    @Override
    public boolean contains(Charset other) {
        return other.equals(this);
    }

    @Override
    public CharsetDecoder newDecoder() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CharsetEncoder newEncoder() {
        return new CharsetEncoder(this, 1, 1) {
            @Override
            protected CoderResult encodeLoop(CharBuffer text, ByteBuffer bytes) {
                while (text.hasRemaining()) {
                    if (!bytes.hasRemaining()) {
                        return CoderResult.OVERFLOW;
                    }
                    bytes.put((byte) (text.get() - FIRST));
                }
                return CoderResult.UNDERFLOW;
            }

            @Override
            public boolean isLegalReplacement(byte[] replacement) {
                // Never needed, and checked with a decoder
                return true;
            }
        };
    }
}
