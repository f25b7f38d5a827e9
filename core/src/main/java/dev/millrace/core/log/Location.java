package dev.millrace.core.log;

/**
 * Where a record stands, in one {@code long}: the position of its batch and its offset inside that batch.
 *
 * <p>
 * Positions are byte addresses in a shard's log, multiples of {@value #POSITION_UNIT} and below 2^49; positions of cold
 * batches have bit 49 set on top. The offset counts from the first byte of the batch, header included, and is below
 * {@value #MAX_OFFSET}: a batch takes no new record at or after that offset, though its last record may end later.
 *
 * <pre>
 *   bit 63        62 ............ 20   19 ........ 0
 *   cold flag     position / 64        offset / 64
 * </pre>
 */
public final class Location {
    /** Every batch starts at a multiple of this many bytes. */
    public static final int POSITION_UNIT = 64;
    /** Records that are pointed at start at multiples of this offset. */
    public static final int OFFSET_UNIT = 64;
    /** Offsets of records are below this. */
    public static final int MAX_OFFSET = 1 << 26;
    /** Set in the position of a batch that stands in a cold segment. */
    public static final long COLD = 1L << 49;

    private static final int OFFSET_BITS = 20;
    private static final int UNIT_BITS = 6;

    private Location() {}

    /** Packs a batch position (cold flag included) and an offset; refuses what does not fit. */
    public static long of(long batchPosition, int offset) {
        if ((batchPosition & (POSITION_UNIT - 1)) != 0 || batchPosition < 0 || batchPosition >= COLD << 1) {
            throw new IllegalArgumentException("not a batch position: " + batchPosition);
        }
        if (offset < 0 || offset >= MAX_OFFSET || (offset & (OFFSET_UNIT - 1)) != 0) {
            throw new IllegalArgumentException("not an offset of a record: " + offset);
        }
        return batchPosition >>> UNIT_BITS << OFFSET_BITS | offset >>> UNIT_BITS;
    }

    public static long batchPosition(long location) {
        return location >>> OFFSET_BITS << UNIT_BITS;
    }

    public static int offset(long location) {
        return ((int) location & (1 << OFFSET_BITS) - 1) << UNIT_BITS;
    }

    public static boolean isCold(long location) {
        return location < 0;
    }
}
