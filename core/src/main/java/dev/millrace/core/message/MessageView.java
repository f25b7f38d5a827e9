package dev.millrace.core.message;

import java.nio.ByteBuffer;

/**
 * One message of a delivery, as a window on the log's bytes; reused from message to message.
 *
 * <p>
 * Fields are plain and public because this is the hot path of every delivery; only a delivery writes them.
 */
public final class MessageView {
    /** 64-bit id. */
    public long id;
    /** Lease token for ack, retry, extend and bury. */
    public long token;
    /** Attempt number, this delivery included; held at 65,535. */
    public int attempts;
    /** Wall time of the publish, nanoseconds since 1970. */
    public long bornAtNanos;
    /** Bytes that hold the body; absolute reads only. */
    public ByteBuffer bytes = ByteBuffer.allocate(0);
    /** Index of the body's first byte in {@link #bytes}. */
    public int bodyOffset;
    /** Length of the body. */
    public int bodyLength;
    /** Index of its {@link Envelope} in {@link #bytes}, -1 when it has none. */
    public int envelope = -1;
}
