package dev.millrace.core.message;

/**
 * Message ids: a 54-bit counter and a 10-bit origin, printed as 16 hex digits.
 *
 * <p>
 * The counter is max(last + 1, milliseconds since 2020 x 4096), so ids of a shard rise strictly, do not repeat after a
 * restart or in a re-created folder, and tell their age. The origin names the shard and keeps servers apart.
 */
public final class Ids {
    /** 2020-01-01T00:00:00Z in milliseconds since 1970. */
    public static final long EPOCH_MILLIS = 1_577_836_800_000L;
    /** Bits of the origin. */
    public static final int ORIGIN_BITS = 10;
    private static final int COUNTS_PER_MILLI = 4096;

    private Ids() {}

    /** The smallest counter that may be given at this wall time. */
    public static long counterAt(long wallMillis) {
        return Math.max(1, (wallMillis - EPOCH_MILLIS) * COUNTS_PER_MILLI);
    }

    /** Wall time at which this id was given, in milliseconds since 1970. */
    public static long millis(long id) {
        return (id >>> ORIGIN_BITS) / COUNTS_PER_MILLI + EPOCH_MILLIS;
    }

    public static long of(long counter, int origin) {
        return counter << ORIGIN_BITS | origin;
    }

    public static long counter(long id) {
        return id >>> ORIGIN_BITS;
    }

    /** The id of the message after {@code id} in one publish. */
    public static long next(long id) {
        return id + (1L << ORIGIN_BITS);
    }

    /** The id {@code steps} messages after {@code id} in one publish. */
    public static long plus(long id, int steps) {
        return id + ((long) steps << ORIGIN_BITS);
    }
}
