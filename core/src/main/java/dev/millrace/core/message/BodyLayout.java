package dev.millrace.core.message;

/**
 * Layout of the records that carry bodies ({@code PUBLISH}, {@code DEFER}, {@code ENQUEUE}); all big-endian. Cold segments hold copies of
 * these records. See
 * docs/log-records.md for a worked example.
 *
 * <pre>
 *    0  u8   kind
 *    1  u8   version
 *    2  u16  flags        DEFER: bit 0: extra is wall ms
 *    4  i32  length       of the whole record
 *    8  i32  topic
 *   12  i32  count        bodies in this record
 *   16  i64  firstId
 *   24  i64  bornAtNanos  wall time of the publish
 *   32  i64  extra        PUBLISH, ENQUEUE: first sequence; DEFER: due instant, elapsed ms unless flagged
 *   40  i32  bodiesBytes
 *   44  i32  reserved     0
 *   48       bodies       (i32 length, bytes) x count
 *            offsets      i32 x ((count - 1) / 64): where body 64, 128, ... starts, from 48
 * </pre>
 */
public final class BodyLayout {
    public static final byte PUBLISH = 0x10;
    public static final byte DEFER = 0x11;
    /** Messages of a tracked topic: an {@link Envelope} stands before each body, within its length. */
    public static final byte ENQUEUE = 0x12;
    /** Version that is written of a PUBLISH. */
    public static final byte VERSION = 1;
    /** Version that is written of the others: an instant of the wall clock is kept as that. */
    public static final byte WITH_WALL_DUE = 2;
    /** Flag of a DEFER: the due instant is one of wall time. */
    public static final int FLAG_BY_WALL = 1;

    public static final int VERSION_AT = 1;
    public static final int FLAGS = 2;
    public static final int LENGTH = 4;
    public static final int TOPIC = 8;
    public static final int COUNT = 12;
    public static final int FIRST_ID = 16;
    public static final int BORN = 24;
    public static final int EXTRA = 32;
    public static final int BODIES_BYTES = 40;
    public static final int BODIES = 48;
    /** Every this many bodies one offset is kept, so that any body is found within as many steps. */
    public static final int STRIDE = 64;
    /** Bodies of one record at most. */
    public static final int MAX_COUNT = 4096;

    private BodyLayout() {}

    /** Whether records of this kind carry bodies. */
    public static boolean isBodies(byte kind) {
        return kind == PUBLISH || kind == DEFER || kind == ENQUEUE;
    }

    /** Bytes of the offsets table. */
    public static int offsetsBytes(int count) {
        return (count - 1) / STRIDE * Integer.BYTES;
    }
}
