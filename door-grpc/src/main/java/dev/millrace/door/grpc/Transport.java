package dev.millrace.door.grpc;

import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.NetException;
import dev.millrace.net.TlsContexts;
import dev.millrace.net.TlsSettings;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslProvider;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** The HTTP/2 server under the services: our event loops, sizes, signs of life. */
final class Transport {
    /** What a request's fields take besides its bodies, at most; a larger one is refused by gRPC itself. */
    private static final int FIELD_BYTES = 1 << 20;
    private static final int CALLS_PER_CONNECTION = 100;
    private static final int HEADER_BYTES = 8 << 10;
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int FASTEST_PING_SECONDS = 1;

    private Transport() {}

    static NettyServerBuilder builder(EventLoops loops, GrpcDoorOptions options) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(socketAddress(options.address()))
                .bossEventLoopGroup(loops.group())
                .workerEventLoopGroup(loops.group())
                .channelType(loops.serverChannelType())
                .withOption(ChannelOption.SO_REUSEADDR, true)
                .maxInboundMessageSize(options.limits().requestBytes() + FIELD_BYTES)
                .maxInboundMetadataSize(HEADER_BYTES)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(FASTEST_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        TlsSettings tls = options.tls();
        if (tls != null) {
            try {
                builder.sslContext(
                        GrpcSslContexts.configure(TlsContexts.serverBuilder(tls), SslProvider.JDK).build());
            } catch (SSLException e) {
                throw new NetException("TLS with " + tls.certificateFile() + " and " + tls.keyFile()
                        + " cannot be set up: " + e.getMessage(), e);
            }
        }
        return builder;
    }

    private static SocketAddress socketAddress(ListenAddress address) {
        if (address instanceof ListenAddress.Tcp(String host, int port)) {
            InetSocketAddress inet = host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
            if (inet.isUnresolved()) {
                throw new NetException("cannot listen on " + address + ": the host name '" + host
                        + "' is not known. Use an address of this machine, such as 127.0.0.1");
            }
            return inet;
        }
        throw new NetException("grpc listens on host:port, not on " + address);
    }

    /** The address with the real port. */
    static ListenAddress bound(ListenAddress asked, Server server) {
        return asked instanceof ListenAddress.Tcp tcp ? new ListenAddress.Tcp(tcp.host(), server.getPort()) : asked;
    }
}
