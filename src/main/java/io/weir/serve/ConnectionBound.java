package io.weir.serve;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the connections of a server from the moment they are accepted. Vert.x tells of a connection only once it has
 * shaken hands over TLS, or sent its first request where HTTP/2 may come in the clear; whoever does neither would not be
 * counted. Any thread.
 *
 * <p>No single address gets more than half of the places. Beside them, {@link #KEPT} more are for this machine alone, so
 * that its kubelet can always ask whether the service is well: when they are taken, the oldest connection in them is
 * closed for the newest.
 */
public final class ConnectionBound {
    /** Places for connections from this machine that find no other. */
    static final int KEPT = 8;

    /** How many connections there may be beside those that are asked for: kept ones, and about as many that just give way. */
    public static final int BESIDE = 2 * KEPT;

    private static final int IPV6_NETWORK_BYTES = 8;

    private final int most;
    private final int mostOfOneAddress;
    private final Map<ByteBuffer, Integer> ofAddress = new HashMap<>();
    private final Deque<Channel> kept = new ArrayDeque<>();
    private final AtomicLong refused = new AtomicLong();
    private int open;

    /** @param most connections at one time; one more is closed at once, or takes a place kept for this machine */
    public ConnectionBound(int most) {
        this.most = most;
        mostOfOneAddress = (most + 1) / 2;
    }

    /** Connections that were closed because there were too many. */
    public long refused() {
        return refused.get();
    }

    /** False if there is no place for it. */
    private synchronized boolean enter(Channel connection) {
        ByteBuffer network = network(connection);
        int ofThisAddress = ofAddress.getOrDefault(network, 0);
        if (open < most && ofThisAddress < mostOfOneAddress) {
            open++;
            ofAddress.put(network, ofThisAddress + 1);
            connection.closeFuture().addListener(closed -> leave(network));
            return true;
        }
        if (!ofThisMachine(connection)) {
            return false;
        }
        if (kept.size() == KEPT) {
            refused.incrementAndGet();
            kept.remove().pipeline().addFirst(new Leave());
        }
        kept.add(connection);
        connection.closeFuture().addListener(closed -> leaveKept(connection));
        return true;
    }

    private synchronized void leave(ByteBuffer network) {
        open--;
        ofAddress.computeIfPresent(network, (address, count) -> count == 1 ? null : count - 1);
    }

    private synchronized void leaveKept(Channel connection) {
        kept.remove(connection);
    }

    /** Whoever has one address of IPv6 has all of its network. */
    private static ByteBuffer network(Channel connection) {
        byte[] address = address(connection.remoteAddress());
        return ByteBuffer.wrap(address, 0, Math.min(address.length, IPV6_NETWORK_BYTES));
    }

    private static byte[] address(java.net.SocketAddress end) {
        return end instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getAddress()
                : new byte[0];
    }

    private static boolean ofThisMachine(Channel connection) {
        return connection.remoteAddress() instanceof InetSocketAddress peer
                && peer.getAddress() != null
                && (peer.getAddress().isLoopbackAddress()
                        || Arrays.equals(address(peer), address(connection.localAddress())));
    }

    /** The same transport, whose servers, all together, keep this bound. */
    public io.vertx.core.transport.Transport on(io.vertx.core.transport.Transport transport) {
        Transport bounded = new Bounded(transport.implementation());
        return new io.vertx.core.transport.Transport() {
            @Override
            public String name() {
                return transport.name();
            }

            @Override
            public boolean available() {
                return transport.available();
            }

            @Override
            public Throwable unavailabilityCause() {
                return transport.unavailabilityCause();
            }

            @Override
            public Transport implementation() {
                return bounded;
            }
        };
    }

    /** Sees each accepted connection before anything is set up for it. */
    @ChannelHandler.Sharable
    private final class Door extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            if (accepted instanceof Channel connection) {
                if (!enter(connection)) {
                    refused.incrementAndGet();
                    connection.unsafe().closeForcibly();
                    return;
                }
            }
            context.fireChannelRead(accepted);
        }
    }

    /** Closes its connection, which may have come so shortly before that its event loop does not know it yet. */
    private static final class Leave extends ChannelHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.channel().close();
        }
    }

    private final class Bounded implements Transport {
        private final Transport inner;

        private Bounded(Transport inner) {
            this.inner = inner;
        }

        @Override
        public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
            inner.configure(config, domainSocket, bootstrap);
            bootstrap.handler(new Door());
        }

        @Override
        public void configure(TcpConfig config, boolean domainSocket, Bootstrap bootstrap) {
            inner.configure(config, domainSocket, bootstrap);
        }

        @Override
        public void configure(DatagramChannel channel, DatagramSocketOptions options) {
            inner.configure(channel, options);
        }

        @Override
        public boolean supportsDomainSockets() {
            return inner.supportsDomainSockets();
        }

        @Override
        public boolean supportFileRegion() {
            return inner.supportFileRegion();
        }

        @Override
        public boolean isAvailable() {
            return inner.isAvailable();
        }

        @Override
        public Throwable unavailabilityCause() {
            return inner.unavailabilityCause();
        }

        @Override
        public java.net.SocketAddress convert(SocketAddress address) {
            return inner.convert(address);
        }

        @Override
        public SocketAddress convert(java.net.SocketAddress address) {
            return inner.convert(address);
        }

        @Override
        public IoHandlerFactory ioHandlerFactory() {
            return inner.ioHandlerFactory();
        }

        @Override
        public EventLoopGroup eventLoopGroup(int type, int threads, ThreadFactory factory, int ioRatio) {
            return inner.eventLoopGroup(type, threads, factory, ioRatio);
        }

        @Override
        public DatagramChannel datagramChannel(InternetProtocolFamily family) {
            return inner.datagramChannel(family);
        }

        @Override
        public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
            return inner.datagramChannelFactory();
        }

        @Override
        public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
            return inner.channelFactory(domainSocket);
        }

        @Override
        public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
            return inner.serverChannelFactory(domainSocket);
        }
    }
}
