package dev.todo.problem;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.VertxServiceProvider;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Gives every connection a {@link ConnectionGuard}. Nothing else in Quarkus or Vert.x comes by a connection before its first
 * request is complete. Quarkus finds this in {@code META-INF/services} while it builds.
 */
public final class ConnectionGuards implements VertxServiceProvider {

    @Override
    public void init(VertxBuilder builder) {
        // In development, Quarkus' own pages talk over web sockets.
        if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            var config = ConfigProvider.getConfig();
            builder.findTransport(new GuardedTransport(
                    config.getValue("todo.max-connections", Integer.class),
                    new ConnectionGuard.Limits(
                            config.getValue("todo.head-timeout", Duration.class),
                            config.getValue("todo.body-timeout", Duration.class),
                            config.getValue("todo.read-timeout", Duration.class),
                            config.getValue("todo.unanswered-bytes", MemorySize.class)
                                    .asLongValue(),
                            config.getValue("todo.unsent-bytes", MemorySize.class)
                                    .asLongValue())));
        }
    }

    private static final class GuardedTransport extends JDKTransport {

        private static final int MAX_READ = 8 << 10;

        /** At once; then it is the turn of other connections. */
        private static final int MAX_READS = 4;

        /**
         * Linux takes twice that, and makes it 4 MB by itself for who does not read, where no limit of ours counts it. With half of it,
         * large answers take six times as long over the loopback interface.
         */
        private static final int SEND_BUFFER = 64 << 10;

        /** Likewise; a body has 256 KB at most. */
        private static final int RECEIVE_BUFFER = 32 << 10;

        private final int maxConnections;
        private final ConnectionGuard.Limits limits;

        GuardedTransport(int maxConnections, ConnectionGuard.Limits limits) {
            this.maxConnections = maxConnections;
            this.limits = limits;
        }

        @Override
        public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
            super.configure(options, domainSocket, bootstrap);
            var connections = new ConnectionLimit(maxConnections);
            bootstrap.handler(connections);
            // Connections inherit it; later, Linux would have offered more.
            bootstrap.option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER);
            // What has been read stays in memory as long as a byte of it waits for others.
            bootstrap.childOption(
                    ChannelOption.RCVBUF_ALLOCATOR,
                    new AdaptiveRecvByteBufAllocator(64, 2048, MAX_READ).maxMessagesPerRead(MAX_READS));
            bootstrap.childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER);
            ChannelHandler vertx = bootstrap.config().childHandler();
            bootstrap.childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    var pipeline = channel.pipeline().addLast(vertx);
                    // None where TLS or a choice of HTTP/2 comes first: a proxy does both (quarkus.http.http2).
                    var encoder = pipeline.context(HttpResponseEncoder.class);
                    if (encoder != null) {
                        var guard = new ConnectionGuard(limits, connections);
                        pipeline.addAfter(encoder.name(), null, guard);
                        pipeline.addFirst(new ConnectionIntake(guard));
                        // Else Netty closes it, and tells nobody before.
                        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
                        pipeline.get(HttpRequestDecoder.class).setCumulator(guard::cumulate);
                    }
                }
            });
        }
    }
}
