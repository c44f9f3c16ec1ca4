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

    /** What one client has: an IPv4 address, or an IPv6 network, which has 2^64 addresses (RFC 6177). */
    public String network() {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        return bytes.length <= 4 ? address : HexFormat.of().formatHex(Arrays.copyOf(bytes, IPV6_NETWORK_BYTES));
    }
}
