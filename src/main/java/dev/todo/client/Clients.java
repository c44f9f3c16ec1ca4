package dev.todo.client;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Finds out where a request comes from: the other end of the connection, unless that is a trusted proxy. What a proxy has
 * appended to the header is believed from its end, for as long as it names trusted proxies; what is before that, anybody can write.
 */
@ApplicationScoped
@Startup
public class Clients {

    private static final String FORWARDED = "Forwarded";

    /** An IPv4 address, or an IPv6 one in brackets or bare; with a port or without. */
    private static final Pattern ADDRESS = Pattern.compile(
            "(?<v4>[\\d.]+)(?::\\w+)?|\\[(?<bracketed>[\\p{XDigit}:.]+)](?::\\w+)?|(?<v6>[\\p{XDigit}:.]+)");

    private static final Logger LOG = Logger.getLogger(Clients.class);

    private final AtomicBoolean hasWarned = new AtomicBoolean();
    private final List<IpSubnetFilterRule> trusted;
    private final String header;

    Clients(
            @ConfigProperty(name = "TRUSTED_PROXIES") Optional<String> trusted,
            @ConfigProperty(name = "FORWARDED_HEADER", defaultValue = "X-Forwarded-For") String header) {
        this.trusted = Stream.of(trusted.orElse("").split(","))
                .map(String::strip)
                .filter(proxy -> !proxy.isEmpty())
                .map(Clients::rule)
                .toList();
        this.header = header;
    }

    private static IpSubnetFilterRule rule(String proxy) {
        String[] parts = proxy.split("/", 2);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(parts[0]);
        try {
            int length = parts.length > 1 ? Integer.parseInt(parts[1]) : address.length * 8;
            if (length == 0) {
                throw new IllegalArgumentException("Everybody");
            }
            return new IpSubnetFilterRule(InetAddress.getByAddress(address), length, IpFilterRuleType.ACCEPT);
        } catch (UnknownHostException | RuntimeException e) {
            throw new ConfigurationException(
                    "TRUSTED_PROXIES must be addresses or networks, separated by commas: 10.0.0.0/8,2001:db8::/32.");
        }
    }

    /** The client that sent a request. */
    public Client of(HttpServerRequest request) {
        return new Client(NetUtil.toAddressString(addressOf(request)), request.getHeader(HttpHeaders.USER_AGENT));
    }

    private InetAddress addressOf(HttpServerRequest request) {
        InetAddress address = parse(request.remoteAddress().hostAddress()).orElse(InetAddress.getLoopbackAddress());
        List<String> hops = hops(request);
        for (int i = hops.size() - 1; i >= 0 && isTrusted(address); i--) {
            var hop = parse(hops.get(i));
            if (hop.isEmpty()) {
                break;
            }
            address = hop.get();
        }
        return address;
    }

    private List<String> hops(HttpServerRequest request) {
        if (trusted.isEmpty()) {
            if (request.headers().contains(header) && !hasWarned.getAndSet(true)) {
                LOG.warnf(
                        "A request came with %s, and TRUSTED_PROXIES is not set: whoever comes by that proxy is one client.",
                        header);
            }
            return List.of();
        }
        return request.headers().getAll(header).stream()
                .flatMap(value -> (header.equalsIgnoreCase(FORWARDED)
                                ? ForwardedElements.clientsOf(value)
                                : List.of(value.split(",", -1)))
                        .stream())
                .toList();
    }

    private boolean isTrusted(InetAddress address) {
        var socket = new InetSocketAddress(address, 0);
        return trusted.stream().anyMatch(rule -> rule.matches(socket));
    }

    /** Without asking any name server. */
    private static Optional<InetAddress> parse(String text) {
        var matcher = ADDRESS.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        byte[] address = NetUtil.createByteArrayFromIpAddressString(Stream.of("v4", "bracketed", "v6")
                .map(matcher::group)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow());
        try {
            // Turns an IPv4 address mapped to IPv6 back into one.
            return address == null ? Optional.empty() : Optional.of(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
