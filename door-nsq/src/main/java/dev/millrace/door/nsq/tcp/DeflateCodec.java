package dev.millrace.door.nsq.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.compression.CompressionException;
import io.netty.handler.codec.compression.DecompressionException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A raw deflate stream (RFC 1951) in both directions; what is written is complete for the reader after each flush.
 * Inflating stops while the channel is not to be read, so that a small packet cannot become a large heap.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class DeflateCodec extends ChannelDuplexHandler {
    private static final int CHUNK = 16 * 1024;

    private final Inflater inflater = new Inflater(true);
    private final Deflater deflater;
    private @Nullable ByteBuf held;
    private boolean inflating;
    private boolean unflushed;

    DeflateCodec(int level) {
        deflater = new Deflater(level, true);
    }

    // ---- reading ----

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (held == null) {
            held = in;
        } else {
            held.writeBytes(in);
            in.release();
        }
        tryInflate(ctx);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        if (held != null && !inflating) {
            ctx.executor().execute(() -> inflateLater(ctx));
        }
        ctx.read();
    }

    private void inflateLater(ChannelHandlerContext ctx) {
        if (ctx.isRemoved()) {
            return;
        }
        tryInflate(ctx);
        ctx.fireChannelReadComplete();
    }

    private void tryInflate(ChannelHandlerContext ctx) {
        try {
            inflate(ctx);
        } catch (DataFormatException e) {
            throw new DecompressionException(e);
        }
    }

    private void inflate(ChannelHandlerContext ctx) throws DataFormatException {
        if (inflating) {
            return;
        }
        inflating = true;
        try {
            while (held != null && ctx.channel().config().isAutoRead()) {
                ByteBuf out = ctx.alloc().directBuffer(CHUNK, CHUNK);
                try {
                    inflateInto(out);
                } catch (DataFormatException e) {
                    out.release();
                    throw e;
                }
                if (out.isReadable()) {
                    ctx.fireChannelRead(out);
                } else {
                    out.release();
                }
            }
        } finally {
            inflating = false;
        }
    }

    /** One chunk; lets the input go when it is used up. */
    private void inflateInto(ByteBuf out) throws DataFormatException {
        ByteBuf in = held;
        if (in == null) {
            return;
        }
        ByteBuffer source = in.nioBuffer();
        int before = source.remaining();
        inflater.setInput(source);
        ByteBuffer target = out.nioBuffer(0, CHUNK);
        int count = inflater.inflate(target);
        out.writerIndex(count);
        in.skipBytes(before - source.remaining());
        boolean exhausted = count < CHUNK;
        if (exhausted || inflater.finished()) {
            in.release();
            held = null;
        }
    }

    // ---- writing ----

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf in = (ByteBuf) message;
        try {
            deflater.setInput(in.nioBuffer());
            var _ = ctx.write(deflate(ctx, Deflater.NO_FLUSH, in.readableBytes()), promise);
            unflushed = true;
        } catch (IllegalStateException e) {
            promise.setFailure(new CompressionException(e));
        } finally {
            in.release();
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (unflushed) {
            unflushed = false;
            var _ = ctx.write(deflate(ctx, Deflater.SYNC_FLUSH, CHUNK));
        }
        ctx.flush();
    }

    private ByteBuf deflate(ChannelHandlerContext ctx, int mode, int expected) {
        ByteBuf out = ctx.alloc().directBuffer(Math.max(expected / 2, 256));
        while (true) {
            out.ensureWritable(256);
            ByteBuffer target = out.nioBuffer(out.writerIndex(), out.writableBytes());
            int room = target.remaining();
            int count = deflater.deflate(target, mode);
            out.writerIndex(out.writerIndex() + count);
            if (count < room) {
                return out;
            }
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        inflater.end();
        deflater.end();
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
