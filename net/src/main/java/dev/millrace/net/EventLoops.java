package dev.millrace.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The threads that serve sockets: epoll where its native half loads, else the JDK's selector. Doors share one set, since
 * a loop is busy only with what its sockets bring. Thread-safe.
 */
public final class EventLoops implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final boolean epoll;
    private final EventLoopGroup group;

    private EventLoops(boolean epoll, EventLoopGroup group) {
        this.epoll = epoll;
        this.group = group;
    }

    /** Daemon threads called {@code name-1}, {@code name-2}, ...; epoll if it can be had. */
    public static EventLoops open(String name, int threads) {
        return open(name, threads, Epoll.isAvailable());
    }

    static EventLoops open(String name, int threads, boolean epoll) {
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new EventLoops(epoll,
                new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io));
    }

    /** For what needs a loop without a server socket, such as outgoing connections and timers. */
    public EventLoopGroup group() {
        return group;
    }

    /** Whether the native transport is in use. */
    public boolean isEpoll() {
        return epoll;
    }

    /** The TCP server channel that goes with the loops, for a server that binds by itself. */
    public Class<? extends ServerChannel> serverChannelType() {
        return channelType(false);
    }

    /** {@link #bind(ListenAddress, ChannelHandler, Consumer)} with the ordinary options. */
    public Listener bind(ListenAddress address, ChannelHandler child) {
        return bind(address, child, bootstrap -> {});
    }

    /**
     * Listens. For {@link ListenAddress#OFF} nothing is bound. A unix socket's file left by a process that is gone is
     * replaced.
     *
     * @param child
     *            set up on each accepted channel, usually a {@code ChannelInitializer}
     * @param options
     *            may add or replace channel options
     * @throws NetException
     *             when the address is taken, not ours or not known
     */
    public Listener bind(ListenAddress address, ChannelHandler child, Consumer<ServerBootstrap> options) {
        if (address instanceof ListenAddress.Off) {
            return new Listener(address, null);
        }
        boolean unix = address instanceof ListenAddress.Unix;
        ServerBootstrap bootstrap = new ServerBootstrap().group(group)
                .channel(channelType(unix))
                .childHandler(child)
                .option(ChannelOption.SO_BACKLOG, BACKLOG);
        if (!unix) {
            bootstrap.option(ChannelOption.SO_REUSEADDR, true).childOption(ChannelOption.TCP_NODELAY, true);
        }
        options.accept(bootstrap);
        ChannelFuture bound = bootstrap.bind(socketAddress(address)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw cannotListen(address, bound.cause());
        }
        return new Listener(boundAddress(address, bound.channel()), bound.channel());
    }

    private Class<? extends ServerChannel> channelType(boolean unix) {
        if (epoll) {
            return unix ? EpollServerDomainSocketChannel.class : EpollServerSocketChannel.class;
        }
        return unix ? NioServerDomainSocketChannel.class : NioServerSocketChannel.class;
    }

    private SocketAddress socketAddress(ListenAddress address) {
        return switch (address) {
            case ListenAddress.Tcp(String host, int port) -> {
                InetSocketAddress inet = host.isEmpty()
                        ? new InetSocketAddress(port)
                        : new InetSocketAddress(host, port);
                if (inet.isUnresolved()) {
                    throw new NetException("cannot listen on " + address + ": the host name '" + host
                            + "' is not known. Use an address of this machine, such as 127.0.0.1");
                }
                yield inet;
            }
            case ListenAddress.Unix(Path path) -> {
                removeStaleSocket(path);
                yield epoll ? new DomainSocketAddress(path.toFile()) : UnixDomainSocketAddress.of(path);
            }
            case ListenAddress.Off off -> throw new IllegalArgumentException(off + " has no socket address");
        };
    }

    private static void removeStaleSocket(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException nobodyListens) {
            removeSocketFile(path);
            return;
        }
        throw new NetException("cannot listen on " + path
                + ": another process listens there. Stop it, or choose another path");
    }

    private static void removeSocketFile(Path path) {
        if (Files.isRegularFile(path) || Files.isDirectory(path)) {
            throw new NetException(
                    "cannot listen on " + path + ": it is a file or folder, not a socket. Choose another path");
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new NetException("cannot listen on " + path + ": the old socket cannot be removed (" + e.getMessage()
                    + "). Remove it by hand", e);
        }
    }

    private static ListenAddress boundAddress(ListenAddress asked, Channel channel) {
        if (asked instanceof ListenAddress.Tcp tcp && channel.localAddress() instanceof InetSocketAddress local) {
            return new ListenAddress.Tcp(tcp.host(), local.getPort());
        }
        return asked;
    }

    private static NetException cannotListen(ListenAddress address, Throwable cause) {
        String cure = address.port() > 0
                ? ". Stop the process that has it, or choose another address (port 0 takes a free one)"
                : ". Choose an address of this machine";
        return new NetException("cannot listen on " + address + ": " + cause.getMessage() + cure, cause);
    }

    /** Ends the threads; channels that are still open are closed. Idempotent. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
