package dev.millrace.core.machine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the worker of a tracked message said of it: how far it is, a result, or its log lines. An OUTPUT record in the log,
 * of the same form as an {@link Attempt}; the state knows only where it stands. Of each kind the last one counts.
 *
 * <pre>
 *    0  u8   kind 0x2F, u8 version, u16 flags, i32 length
 *    8  i32  group
 *   12  i32  what         1 progress, 2 result, 3 log lines
 *   16  i64  sequence     of the message in its topic
 *   24  i64  at           wall ms
 *   32  i32  percent      of its way, 0..100; else 0
 *   36  i32  bytes
 *   40       text, result or lines
 * </pre>
 *
 * @param what
 *            {@link #PROGRESS}, {@link #RESULT} or {@link #LOG}
 * @param percent
 *            0..100
 * @param bytes
 *            UTF-8 text, or the result; read-only
 */
public record Output(int what, int percent, ByteBuffer bytes) {
    public static final int PROGRESS = 1;
    public static final int RESULT = 2;
    public static final int LOG = 3;
    /** Of a text so much is kept. */
    public static final int MAX_TEXT_BYTES = Attempt.MAX_TEXT_BYTES;
    /** A result may have so many bytes. */
    public static final int MAX_RESULT_BYTES = 64 << 10;
    /** Of log lines so many bytes are kept, the last ones. */
    public static final int MAX_LOG_BYTES = 16 << 10;

    private static final int PERCENT = 32;
    private static final int LENGTH = 36;
    private static final int BYTES = 40;

    /** How far a worker is; a longer text is cut. */
    public static Output progress(int percent, String text) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("percent is 0 to 100, not " + percent);
        }
        return new Output(PROGRESS, percent, ByteBuffer.wrap(Attempt.storable(text)).asReadOnlyBuffer());
    }

    /** What a worker leaves. */
    public static Output result(ByteBuffer bytes) {
        if (bytes.remaining() > MAX_RESULT_BYTES) {
            throw new IllegalArgumentException("a result has at most " + MAX_RESULT_BYTES + " bytes, not "
                    + bytes.remaining() + "; store it elsewhere and leave its address");
        }
        return new Output(RESULT, 0, bytes.slice().asReadOnlyBuffer());
    }

    /** The last lines that a worker wrote, each ended by a line feed; of more the first lines are left out. */
    public static Output log(String lines) {
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        int from = Math.max(0, bytes.length - MAX_LOG_BYTES);
        while (from > 0 && from < bytes.length && bytes[from - 1] != '\n') {
            from++; // the line that is cut is left out as a whole
        }
        return new Output(LOG, 0, ByteBuffer.wrap(bytes, from, bytes.length - from).slice().asReadOnlyBuffer());
    }

    /** Reads the record that starts at this offset of a block. */
    public static Output read(ByteBuffer block, int offset) {
        if (block.get(offset) != Records.OUTPUT) {
            throw new IllegalStateException(
                    "no output at offset " + offset + " but " + Records.name(block.get(offset)));
        }
        byte[] bytes = new byte[block.getInt(offset + LENGTH)];
        block.get(offset + BYTES, bytes);
        return new Output(block.getInt(offset + Attempt.NUMBER), block.getInt(offset + PERCENT),
                ByteBuffer.wrap(bytes).asReadOnlyBuffer());
    }

    public String text() {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    /** Writes what stands behind the header. */
    void write(RecordWriter out, Group group, long seq, long wallMillis) {
        out.room(BYTES - Records.HEADER_BYTES + bytes.remaining())
                .putInt(group.number)
                .putInt(what)
                .putLong(seq)
                .putLong(wallMillis)
                .putInt(percent)
                .putInt(bytes.remaining())
                .put(bytes.duplicate());
    }
}
