package dev.todo.task;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.todo.common.HmacSha256;
import dev.todo.common.Secrets;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Cursors of key-set paging: the place of the last task of a page, authenticated together with whose list it is, its filter
 * and its order. So a cursor is good for the list that it came from and no other, and what a client makes up is refused.
 */
@ApplicationScoped
class Cursors {

    private static final int MAC_BYTES = 16;
    private static final int ID_BYTES = 16;

    private final List<byte[]> keys;

    Cursors(Secrets secrets) {
        this.keys = secrets.derived("todo cursor");
    }

    /**
     * Where a page ended.
     *
     * @param value the last task's value of the sort key, null if it has none
     */
    record Position(Object value, UUID id) {}

    String encode(UUID owner, TaskQuery query, Task last) {
        String value = query.sort().key().textOf(last);
        byte[] text = value == null ? new byte[0] : value.getBytes(UTF_8);
        byte[] place = ByteBuffer.allocate(ID_BYTES + text.length)
                .putLong(last.id.getMostSignificantBits())
                .putLong(last.id.getLeastSignificantBits())
                .put(text)
                .array();
        byte[] cursor = ByteBuffer.allocate(MAC_BYTES + place.length)
                .put(mac(keys.get(0), owner, query, place))
                .put(place)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor);
    }

    /** Empty if the cursor did not come from this list. */
    Optional<Position> decode(UUID owner, TaskQuery query, String text) {
        byte[] cursor;
        try {
            cursor = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (cursor.length < MAC_BYTES + ID_BYTES) {
            return Optional.empty();
        }
        byte[] place = Arrays.copyOfRange(cursor, MAC_BYTES, cursor.length);
        byte[] mac = Arrays.copyOf(cursor, MAC_BYTES);
        if (keys.stream().noneMatch(key -> MessageDigest.isEqual(mac(key, owner, query, place), mac))) {
            return Optional.empty();
        }
        var buffer = ByteBuffer.wrap(place);
        var id = new UUID(buffer.getLong(), buffer.getLong());
        String value = UTF_8.decode(buffer).toString();
        return Optional.of(
                new Position(value.isEmpty() ? null : query.sort().key().parse(value), id));
    }

    private static byte[] mac(byte[] key, UUID owner, TaskQuery query, byte[] place) {
        byte[] list = (owner + "\0" + query.sort() + "\0" + query.filter().canonical()).getBytes(UTF_8);
        // Else the end of a filter could be taken for the beginning of a place.
        byte[] length = ByteBuffer.allocate(Integer.BYTES).putInt(list.length).array();
        return Arrays.copyOf(HmacSha256.of(key, length, list, place), MAC_BYTES);
    }
}
