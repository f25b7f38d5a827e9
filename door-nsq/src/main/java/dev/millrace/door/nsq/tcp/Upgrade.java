package dev.millrace.door.nsq.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.compression.SnappyFrameDecoder;
import io.netty.handler.codec.compression.SnappyFrameEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Puts TLS, then snappy or deflate, between the socket and the protocol.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class Upgrade {
    /** What happens on the way. */
    interface Steps {
        /** TLS is on. */
        void secured();

        /** A layer is in place; {@code more} if another one follows. */
        void done(boolean more);

        void failed(Throwable cause);
    }

    private static final String TLS = "tls";
    private static final String DECODER = "decompress";
    private static final String ENCODER = "compress";
    private static final long HANDSHAKE_MILLIS = 5_000;

    private final Channel channel;
    private final Hub hub;
    private final Negotiated negotiated;
    private final Input input;

    Upgrade(Channel channel, Hub hub, Negotiated negotiated, Input input) {
        this.channel = channel;
        this.hub = hub;
        this.negotiated = negotiated;
        this.input = input;
    }

    void start(Steps steps) {
        boolean compressed = negotiated.snappy() || negotiated.deflate();
        SslContext context = hub.tls();
        if (negotiated.tls() && context != null) {
            SslHandler handler = context.newHandler(channel.alloc());
            handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
            channel.pipeline().addFirst(TLS, handler);
            handler.handshakeFuture().addListener(handshake -> {
                if (!handshake.isSuccess()) {
                    steps.failed(handshake.cause());
                    return;
                }
                steps.secured();
                steps.done(compressed);
                if (compressed) {
                    compress(steps);
                }
            });
            feed(handler);
        } else {
            compress(steps);
        }
    }

    private void compress(Steps steps) {
        ChannelPipeline pipeline = channel.pipeline();
        String last = pipeline.lastContext().name();
        ChannelInboundHandler decoder;
        if (negotiated.snappy()) {
            decoder = new SnappyFrameDecoder(true);
            pipeline.addBefore(last, ENCODER, new SnappyFrameEncoder());
        } else {
            decoder = new DeflateCodec(negotiated.deflateLevel());
        }
        pipeline.addBefore(last, DECODER, decoder);
        steps.done(false);
        feed(decoder);
    }

    /** Bytes that came with IDENTIFY belong to the layer that is there now. */
    private void feed(ChannelHandler layer) {
        ByteBuf early = input.take();
        if (early == null) {
            return;
        }
        ChannelHandlerContext ctx = Objects.requireNonNull(channel.pipeline().context(layer));
        try {
            ((ChannelInboundHandler) layer).channelRead(ctx, early);
            ((ChannelInboundHandler) layer).channelReadComplete(ctx);
        } catch (Exception e) {
            ctx.fireExceptionCaught(e);
        }
    }

    /** The TLS session, or null without TLS. */
    static @Nullable SSLSession session(Channel channel) {
        return channel.pipeline().get(TLS) instanceof SslHandler handler && handler.handshakeFuture().isSuccess()
                ? handler.engine().getSession()
                : null;
    }

    /** The common name in the client's certificate, or empty. */
    static String commonName(Channel channel) {
        SSLSession session = session(channel);
        if (session == null) {
            return "";
        }
        try {
            X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if ("CN".equalsIgnoreCase(part.getType())) {
                    return String.valueOf(part.getValue());
                }
            }
            return "";
        } catch (SSLPeerUnverifiedException | InvalidNameException e) {
            return "";
        }
    }
}
