package dev.millrace.api;

import java.time.Instant;
import java.util.HexFormat;

/**
 * The id of a message or a task: 64 bits, printed as 16 hex digits. Ids of one topic rise in the order of publishing and
 * never repeat.
 *
 * @param value
 *            a 54-bit counter that follows the clock, and a 10-bit origin
 */
public record MessageId(long value) implements Comparable<MessageId> {
    private static final long EPOCH_MILLIS = 1_577_836_800_000L;
    private static final int ORIGIN_BITS = 10;
    private static final int COUNTS_PER_MILLI = 4096;
    private static final int DIGITS = 16;

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws MillraceException.Invalid
     *             when it is not 16 hex digits
     */
    public static MessageId of(String hex) {
        if (hex.length() != DIGITS || !hex.chars().allMatch(HexFormat::isHexDigit)) {
            throw new MillraceException.Invalid("'" + hex + "' is no message id: an id has " + DIGITS + " hex digits");
        }
        return new MessageId(HexFormat.fromHexDigitsToLong(hex));
    }

    /** About when it was given: exact to the millisecond unless more than 4,096 ids were given in one. */
    public Instant givenAt() {
        return Instant.ofEpochMilli((value >>> ORIGIN_BITS) / COUNTS_PER_MILLI + EPOCH_MILLIS);
    }

    @Override
    public int compareTo(MessageId other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
