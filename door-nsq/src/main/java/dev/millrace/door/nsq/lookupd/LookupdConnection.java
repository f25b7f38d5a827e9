package dev.millrace.door.nsq.lookupd;

import dev.millrace.door.nsq.json.JsonException;
import dev.millrace.door.nsq.wire.Names;
import dev.millrace.door.nsq.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One nsqd's connection: magic {@code "  V1"}, then command lines; IDENTIFY has a body. Answers are an int32 length and
 * text, errors too; every error closes.
 *
 * <p>
 * Thread safety: the channel's event loop.
 */
final class LookupdConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(LookupdConnection.class);
    private static final int MAGIC = ' ' << 24 | ' ' << 16 | 'V' << 8 | '1';
    private static final int MAX_LINE_BYTES = 4 * 1024;
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int MAGIC_SECONDS = 10;
    private static final byte[] OK = "OK".getBytes(StandardCharsets.US_ASCII);

    private final NsqLookupd lookupd;
    private final Registry registry;
    private final ByteBuf input = Unpooled.buffer(256);
    private @Nullable Peer peer;
    private @Nullable ScheduledFuture<?> magicDeadline;
    private boolean magicSeen;
    private boolean identifying;
    private boolean closing;

    LookupdConnection(NsqLookupd lookupd, Registry registry) {
        this.lookupd = lookupd;
        this.registry = registry;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        magicDeadline = ctx.executor().schedule(() -> {
            if (!magicSeen) {
                var _ = ctx.close();
            }
        }, MAGIC_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            input.writeBytes(in);
        } finally {
            in.release();
        }
        try {
            while (!closing && step(ctx)) {
                input.discardSomeReadBytes();
            }
        } catch (ProtocolException e) {
            LOG.info("nsqd at {}: {}", remote(ctx), e.text());
            refuse(ctx, e.text());
        }
    }

    /** Takes one command, if it is all there. */
    private boolean step(ChannelHandlerContext ctx) {
        if (!magicSeen) {
            return magic(ctx);
        }
        if (identifying) {
            return identify(ctx);
        }
        int end = input.indexOf(input.readerIndex(), input.writerIndex(), (byte) '\n');
        if (end < 0) {
            if (input.readableBytes() > MAX_LINE_BYTES) {
                throw invalid("command line longer than " + MAX_LINE_BYTES + " bytes");
            }
            return false;
        }
        String line = input.readCharSequence(end - input.readerIndex(), StandardCharsets.UTF_8).toString().trim();
        input.skipBytes(1);
        execute(ctx, line.split(" ", -1));
        return true;
    }

    private boolean magic(ChannelHandlerContext ctx) {
        if (input.readableBytes() < Integer.BYTES) {
            return false;
        }
        if (input.readInt() != MAGIC) {
            refuse(ctx, "E_BAD_PROTOCOL");
            return false;
        }
        magicSeen = true;
        if (magicDeadline != null) {
            magicDeadline.cancel(false);
        }
        return true;
    }

    private void execute(ChannelHandlerContext ctx, String[] words) {
        switch (words[0]) {
            case "PING" -> {
                if (peer != null) {
                    registry.pinged(peer);
                }
                answer(ctx, OK);
            }
            case "IDENTIFY" -> {
                if (peer != null) {
                    throw invalid("cannot IDENTIFY again");
                }
                identifying = true;
            }
            case "REGISTER" -> {
                registry.register(known(), topic(words), channel(words));
                answer(ctx, OK);
            }
            case "UNREGISTER" -> {
                registry.unregister(known(), topic(words), channel(words));
                answer(ctx, OK);
            }
            default -> throw invalid("invalid command " + words[0]);
        }
    }

    private Peer known() {
        if (peer == null) {
            throw invalid("client must IDENTIFY");
        }
        return peer;
    }

    private static String topic(String[] words) {
        if (words.length < 2) {
            throw invalid(words[0] + " insufficient number of params");
        }
        if (!Names.isValid(words[1])) {
            throw new ProtocolException("E_BAD_TOPIC", words[0] + " topic name '" + words[1] + "' is not valid");
        }
        return words[1];
    }

    private static String channel(String[] words) {
        String channel = words.length < 3 ? "" : words[2];
        if (!channel.isEmpty() && !Names.isValid(channel)) {
            throw new ProtocolException("E_BAD_CHANNEL", words[0] + " channel name '" + channel + "' is not valid");
        }
        return channel;
    }

    private boolean identify(ChannelHandlerContext ctx) {
        if (input.readableBytes() < Integer.BYTES) {
            return false;
        }
        int length = input.getInt(input.readerIndex());
        if (length < 0 || length > MAX_BODY_BYTES) {
            throw new ProtocolException("E_BAD_BODY", "IDENTIFY invalid body size " + length);
        }
        if (input.readableBytes() < Integer.BYTES + length) {
            return false;
        }
        byte[] body = new byte[length];
        input.skipBytes(Integer.BYTES).readBytes(body);
        identifying = false;
        Peer newcomer;
        try {
            newcomer = Peer.of(remote(ctx), body, System.currentTimeMillis());
        } catch (JsonException e) {
            throw new ProtocolException("E_BAD_BODY", "IDENTIFY failed to decode JSON body");
        }
        if (!newcomer.isComplete()) {
            throw new ProtocolException("E_BAD_BODY", "IDENTIFY missing fields");
        }
        peer = newcomer;
        registry.add(newcomer);
        LOG.info("nsqd at {} is {}", newcomer.remoteAddress, newcomer.node());
        answer(ctx, lookupd.self());
        return true;
    }

    private static ProtocolException invalid(String what) {
        return new ProtocolException("E_INVALID", what);
    }

    private static void answer(ChannelHandlerContext ctx, byte[] data) {
        var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(Unpooled.copyInt(data.length), Unpooled.wrappedBuffer(data)));
    }

    private void refuse(ChannelHandlerContext ctx, String text) {
        closing = true;
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(Unpooled.copyInt(data.length), Unpooled.wrappedBuffer(data)))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private static String remote(ChannelHandlerContext ctx) {
        if (ctx.channel().remoteAddress() instanceof InetSocketAddress remote) {
            String host = remote.getAddress().getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + remote.getPort();
        }
        return "@" + ctx.channel().id();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (magicDeadline != null) {
            magicDeadline.cancel(false);
        }
        if (peer != null) {
            LOG.info("nsqd at {} has left", peer.remoteAddress);
            registry.remove(peer);
            peer = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("nsqd at {}: {}", remote(ctx), cause.toString());
        } else {
            LOG.error("nsqd at {}: closed after an internal error", remote(ctx), cause);
        }
        var _ = ctx.close();
    }
}
