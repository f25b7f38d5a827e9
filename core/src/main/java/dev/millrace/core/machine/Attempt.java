package dev.millrace.core.machine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What an attempt that failed left behind: an ATTEMPT record in the log. The state knows only where it stands.
 *
 * <pre>
 *    0  u8   kind 0x29, u8 version, u16 flags, i32 length
 *    8  i32  group
 *   12  i32  number       of the attempt, from 1
 *   16  i64  sequence     of the message in its topic
 *   24  i64  at           wall ms
 *   32  i32  reason
 *   36  i32  textBytes
 *   40       text         UTF-8
 * </pre>
 *
 * @param number
 *            of the attempt, from 1; held at 65,535
 * @param atMillis
 *            wall time at which it ended
 * @param reason
 *            how it ended
 * @param error
 *            what the worker said, or empty
 */
public record Attempt(int number, long atMillis, String reason, String error) {
    /** Of a text so many bytes are kept: five of them are below 2 KiB together. */
    static final int MAX_TEXT_BYTES = 400;
    static final int GROUP = 8;
    static final int NUMBER = 12;
    static final int SEQ = 16;
    private static final int AT = 24;
    private static final int REASON = 32;
    private static final int TEXT_BYTES = 36;
    private static final int TEXT = 40;

    /** Reads the record that starts at this offset of a block. */
    public static Attempt read(ByteBuffer block, int offset) {
        if (block.get(offset) != Records.ATTEMPT) {
            throw new IllegalStateException("no attempt at offset " + offset + " but "
                    + Records.name(block.get(offset)));
        }
        byte[] text = new byte[block.getInt(offset + TEXT_BYTES)];
        block.get(offset + TEXT, text);
        return new Attempt(block.getInt(offset + NUMBER), block.getLong(offset + AT),
                Records.attemptReason(block.getInt(offset + REASON)), new String(text, StandardCharsets.UTF_8));
    }

    /** Writes what stands behind the header. */
    static void write(RecordWriter out, Group group, long seqAndAttempts, long wallMillis, int reason, byte[] text) {
        out.room(TEXT - Records.HEADER_BYTES + text.length)
                .putInt(group.number)
                .putInt((int) seqAndAttempts & 0xFFFF)
                .putLong(seqAndAttempts >>> 16)
                .putLong(wallMillis)
                .putInt(reason)
                .putInt(text.length)
                .put(text);
    }

    /** As much of the text as is kept, not cut inside a character. */
    static byte[] storable(String text) {
        String start = text.length() > MAX_TEXT_BYTES ? text.substring(0, MAX_TEXT_BYTES) : text;
        byte[] bytes = start.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_TEXT_BYTES) {
            return bytes;
        }
        int end = MAX_TEXT_BYTES;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return java.util.Arrays.copyOf(bytes, end);
    }

    @Override
    public String toString() {
        return number + " at " + atMillis + ": " + reason + (error.isEmpty() ? "" : ", " + error);
    }
}
