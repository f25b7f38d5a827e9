package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;

/**
 * Message ids on the wire: 16 lower-case hex digits. Eight digits are handled at a time as the bytes of one long.
 *
 * <p>
 * A digit's value is its low four bits, plus 9 for a letter (bit 6 set); whatever is no digit shows when the value is
 * written back and differs.
 */
public final class MessageIds {
    /** Bytes of an id on the wire. */
    public static final int LENGTH = 16;
    /** What {@link #parse} answers for bytes that are no id; no message has it. */
    public static final long NONE = 0;

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long LOW_NIBBLES = 0x0f * ONES;

    private MessageIds() {}

    /** The id whose digits start at {@code offset}, or {@link #NONE}. */
    public static long parse(ByteBuffer data, int offset) {
        long high = data.getLong(offset);
        long low = data.getLong(offset + Long.BYTES);
        long highNibbles = nibbles(high);
        long lowNibbles = nibbles(low);
        if (((highNibbles | lowNibbles) & ~LOW_NIBBLES) != 0 || digits(highNibbles) != high
                || digits(lowNibbles) != low) {
            return NONE;
        }
        return pack(highNibbles) << Integer.SIZE | pack(lowNibbles);
    }

    /** The first eight digits of an id as bytes, first digit in the highest byte. */
    public static long highDigits(long id) {
        return digits(spread(id >>> Integer.SIZE));
    }

    /** The last eight digits. */
    public static long lowDigits(long id) {
        return digits(spread(id & 0xffff_ffffL));
    }

    public static String format(long id) {
        return new String(bytes(id), java.nio.charset.StandardCharsets.US_ASCII);
    }

    public static byte[] bytes(long id) {
        byte[] digits = new byte[LENGTH];
        ByteBuffer.wrap(digits).putLong(highDigits(id)).putLong(lowDigits(id));
        return digits;
    }

    private static long nibbles(long digits) {
        long letters = (digits >>> 6) & ONES;
        return (digits & LOW_NIBBLES) + letters * 9;
    }

    private static long digits(long nibbles) {
        long letters = ((nibbles + 6 * ONES) >>> 4) & ONES;
        return nibbles + 0x30 * ONES + letters * ('a' - '0' - 10);
    }

    /** Eight nibbles, one in each byte, to 32 bits. */
    private static long pack(long nibbles) {
        long pairs = (nibbles | nibbles >>> 4) & 0x00ff_00ff_00ff_00ffL;
        long quads = (pairs | pairs >>> 8) & 0x0000_ffff_0000_ffffL;
        return (quads | quads >>> 16) & 0xffff_ffffL;
    }

    /** 32 bits to eight nibbles, one in each byte. */
    private static long spread(long bits) {
        long quads = (bits | bits << 16) & 0x0000_ffff_0000_ffffL;
        long pairs = (quads | quads << 8) & 0x00ff_00ff_00ff_00ffL;
        return (pairs | pairs << 4) & LOW_NIBBLES;
    }
}
