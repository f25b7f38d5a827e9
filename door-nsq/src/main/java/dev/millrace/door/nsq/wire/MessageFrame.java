package dev.millrace.door.nsq.wire;

import dev.millrace.core.message.MessageView;
import java.nio.ByteBuffer;

/**
 * The frame that carries a message to a client.
 *
 * <pre>
 *   int32 size (of what follows), int32 type, int64 timestamp (ns), uint16 attempts, 16 hex digits of the id, body
 * </pre>
 */
public final class MessageFrame {
    /** Its type. */
    public static final int TYPE = 2;

    /** Bytes before the body. */
    public static final int HEAD_BYTES = 34;

    private MessageFrame() {}

    /** Bytes of the message's frame. */
    public static int bytes(MessageView message) {
        return HEAD_BYTES + message.bodyLength;
    }

    /** Writes the frame at {@code at}, by absolute puts; there is room for {@link #bytes}. */
    public static void put(ByteBuffer target, int at, MessageView message) {
        target.putInt(at, HEAD_BYTES - Integer.BYTES + message.bodyLength);
        target.putInt(at + 4, TYPE);
        target.putLong(at + 8, message.bornAtNanos);
        target.putShort(at + 16, (short) message.attempts);
        target.putLong(at + 18, MessageIds.highDigits(message.id));
        target.putLong(at + 26, MessageIds.lowDigits(message.id));
        target.put(at + HEAD_BYTES, message.bytes, message.bodyOffset, message.bodyLength);
    }
}
