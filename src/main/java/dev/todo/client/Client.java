package dev.todo.client;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Where a request comes from.
 *
 * @param address an IP address
 * @param userAgent what the client says that it is, or null
 */
public record Client(String address, String userAgent) {

    private static final int IPV6_NETWORK_BYTES = 8;

    /** What IPv4 addresses are mapped to where they are translated for a service that has IPv6 alone (RFC 6052, section 2.1). */
    private static final byte[] TRANSLATED = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

    /** What one client has: an IPv4 address, or an IPv6 network, which has 2^64 addresses (RFC 6177). */
    public String network() {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes.length > 4 && Arrays.equals(Arrays.copyOf(bytes, TRANSLATED.length), TRANSLATED)) {
            return NetUtil.bytesToIpAddress(Arrays.copyOfRange(bytes, TRANSLATED.length, bytes.length));
        }
        return bytes.length <= 4 ? address : HexFormat.of().formatHex(Arrays.copyOf(bytes, IPV6_NETWORK_BYTES));
    }
}
