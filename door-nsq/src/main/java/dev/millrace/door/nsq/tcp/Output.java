package dev.millrace.door.nsq.tcp;

import dev.millrace.core.message.MessageView;
import dev.millrace.door.nsq.wire.MessageFrame;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way to the client, put together in chunks so that many of them cost one write.
 *
 * <pre>
 *   int32 size (of what follows), int32 type, data; messages: see {@link MessageFrame}
 * </pre>
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class Output {
    static final int RESPONSE = 0;
    static final int ERROR = 1;

    private static final int FRAME_HEADER = 8;
    private static final int OK_FRAME = 10;
    /** Size 6 and type 0; the letters follow. */
    private static final long OK_HEAD = 6L << Integer.SIZE;
    private static final short OK_LETTERS = 'O' << 8 | 'K';
    private static final int SMALL_CHUNK = 512;
    private static final int CHUNK = 64 * 1024;

    private final Channel channel;
    private final Load load;
    private final Runnable onSent;
    private int messageBytes;
    private int unsentBytes;
    private @Nullable ByteBuf chunk;
    private ByteBuffer view = ByteBuffer.allocate(0);
    private int end;
    private long answerBytes;
    /** Bytes of a typical message frame, for the size of the next chunk. */
    private int typicalFrame = SMALL_CHUNK;

    /** {@code onSent} runs when bytes of messages were sent. */
    Output(Channel channel, Load load, Runnable onSent) {
        this.channel = channel;
        this.load = load;
        this.onSent = onSent;
    }

    /** {@code count} times OK. */
    void ok(int count) {
        answerBytes += (long) count * OK_FRAME;
        for (int left = count; left > 0;) {
            ByteBuffer target = room(OK_FRAME, Math.min(left * OK_FRAME, CHUNK));
            int fit = Math.min(left, (target.capacity() - end) / OK_FRAME);
            for (int i = 0; i < fit; i++) {
                target.putLong(end, OK_HEAD);
                target.putShort(end + Long.BYTES, OK_LETTERS);
                end += OK_FRAME;
            }
            left -= fit;
        }
    }

    void frame(int type, byte[] data) {
        int bytes = FRAME_HEADER + data.length;
        answerBytes += bytes;
        ByteBuffer target = room(bytes, SMALL_CHUNK);
        target.putInt(end, Integer.BYTES + data.length);
        target.putInt(end + Integer.BYTES, type);
        target.put(end + FRAME_HEADER, data);
        end += bytes;
    }

    /** Bytes of all frames so far that were no messages. */
    long answerBytes() {
        return answerBytes;
    }

    /** @param more how many messages are likely to follow it */
    void message(MessageView message, int more) {
        int bytes = MessageFrame.bytes(message);
        typicalFrame = bytes;
        ByteBuffer target = room(bytes, (int) Math.min((more + 1L) * typicalFrame, CHUNK));
        MessageFrame.put(target, end, message);
        end += bytes;
        messageBytes += bytes;
        unsentBytes += bytes;
        load.taken(bytes);
    }

    /** Whether messages wait for the socket. */
    boolean hasUnsent() {
        return unsentBytes > 0;
    }

    private void sent(int bytes) {
        unsentBytes -= bytes;
        load.sent(bytes);
        onSent.run();
    }

    /** Sends everything on its way. */
    void flush() {
        var _ = flushTracked();
    }

    /** The same; the future is that of the last bytes, null if there were none. */
    @Nullable
    ChannelFuture flushTracked() {
        ChannelFuture last = write();
        channel.flush();
        return last;
    }

    private @Nullable ChannelFuture write() {
        ByteBuf full = chunk;
        if (full == null) {
            return null;
        }
        chunk = null;
        ChannelFuture written = channel.write(full.writerIndex(end));
        int messages = messageBytes;
        if (messages > 0) {
            messageBytes = 0;
            written.addListener(_ -> sent(messages));
        }
        return written;
    }

    boolean isEmpty() {
        return chunk == null;
    }

    /** Drops what was not written; for a connection that has ended. */
    void discard() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
            unsentBytes -= messageBytes;
            load.sent(messageBytes);
            messageBytes = 0;
        }
    }

    private ByteBuffer room(int bytes, int wanted) {
        if (chunk != null && view.capacity() - end < bytes) {
            var _ = write();
        }
        if (chunk == null) {
            int capacity = Math.max(bytes, wanted);
            ByteBuf fresh = channel.alloc().directBuffer(capacity, capacity);
            chunk = fresh;
            view = fresh.nioBuffer(0, capacity);
            end = 0;
        }
        return view;
    }
}
