package dev.millrace.client;

import dev.millrace.api.ConnectOptions;
import dev.millrace.api.ConnectOptions.Tls;
import dev.millrace.api.MillraceException;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** The connection: address, TLS, token, signs of life. gRPC makes it anew whenever it breaks. Thread-safe. */
final class Link {
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([^\\]]+)\\]|([^:\\[\\]]+)):(\\d{1,5})");
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int MAX_ANSWER_BYTES = 64 << 20;
    private static final int MAX_PORT = 65_535;

    private final String address;
    private final ManagedChannel channel;
    private final Channel calls;

    private Link(String address, ManagedChannel channel, Channel calls) {
        this.address = address;
        this.channel = channel;
        this.calls = calls;
    }

    static Link of(String address, ConnectOptions options) {
        Matcher parts = ADDRESS.matcher(address);
        if (!parts.matches() || Integer.parseInt(parts.group(3)) > MAX_PORT) {
            throw new MillraceException.Invalid("'" + address + "' is no address of a server: write host:port, such as "
                    + "localhost:7071, an IPv6 address in brackets");
        }
        String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
        NettyChannelBuilder builder = NettyChannelBuilder
                .forAddress(host, Integer.parseInt(parts.group(3)))
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(MAX_ANSWER_BYTES)
                .directExecutor();
        protect(builder, options.tls());
        ManagedChannel channel = builder.build();
        if (options.token().isEmpty()) {
            return new Link(address, channel, channel);
        }
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + options.token().get());
        return new Link(address, channel,
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)));
    }

    private static void protect(NettyChannelBuilder builder, Tls tls) {
        if (tls instanceof Tls.Off) {
            builder.usePlaintext();
        } else if (tls instanceof Tls.TrustedBy by) {
            File authorities = by.authorities().toFile();
            try {
                builder.sslContext(GrpcSslContexts.forClient().trustManager(authorities).build());
            } catch (SSLException | IllegalArgumentException e) {
                throw new MillraceException.Invalid(authorities + " cannot be used as authorities: " + e.getMessage()
                        + ". It must be a PEM file of certificates", e);
            }
        } else {
            builder.useTransportSecurity();
        }
    }

    Channel calls() {
        return calls;
    }

    /** Tries to connect now, if it waits for its next try. */
    void hurry() {
        channel.resetConnectBackoff();
    }

    void close() {
        channel.shutdownNow();
    }

    @Override
    public String toString() {
        return address;
    }
}
