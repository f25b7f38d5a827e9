package dev.millrace.core.message;

import java.nio.ByteBuffer;

/**
 * What stands before the body of a tracked message: what the engine itself needs of it, in fixed places, and properties
 * for those who handle it. All big-endian. docs/log-records.md has a worked example.
 *
 * <pre>
 *   0  u16  present          bit n: word n is there
 *   2  u8   priority         0..9, 9 goes first
 *   3  u8   flags            bit 0: the unique key is held until the message is done; bits 1 to 4: below
 *   4  u16  maxAttempts      0: as the group says
 *   6  u16  propertiesBytes
 *   8       words            i64 each, those present, in order
 *           properties       (u8 tag, u16 length, bytes) each
 * </pre>
 *
 * Doors write durations from now where a record has instants of elapsed time: the machine turns one into the other when
 * it takes the message ({@link #DUE}, {@link #EXPIRES}, {@link #UNIQUE_ENDS}).
 */
public final class Envelope {
    public static final int HEADER_BYTES = 8;
    /** Of the properties, and of the whole envelope at most. */
    public static final int MAX_PROPERTIES = 32 << 10;
    public static final int MAX_BYTES = MAX_PROPERTIES + 256;

    /** Elapsed ms at which the machine took it; doors leave room for it. */
    public static final int AT = 0;
    /** When it may be delivered first; absent: at once. */
    public static final int DUE = 1;
    /** When it expires unless it is done before; absent: never. */
    public static final int EXPIRES = 2;
    /** When its unique key may be used again; absent: see {@link #UNIQUE_UNTIL_DONE}. */
    public static final int UNIQUE_ENDS = 3;
    /** Hash of the ordering key. */
    public static final int KEY = 4;
    /** Hash of the key under which limits count. */
    public static final int LIMIT = 5;
    /** Hash of the unique key, 128 bits. */
    public static final int UNIQUE_HIGH = 6;
    public static final int UNIQUE_LOW = 7;
    /** Backoff of its own, ms; both or none. */
    public static final int MIN_BACKOFF = 8;
    public static final int MAX_BACKOFF = 9;
    /** How long it can be looked at after it is done, ms; absent: not at all. */
    public static final int RETENTION = 10;
    /** Hash of the group key: it is delivered together with others of this key. */
    public static final int GATHER = 11;
    /** Id of the batch that it is a member of. */
    public static final int BATCH = 12;
    /** Where that batch is: (shard + 1) << 32 | number of its topic there; 0 until a machine has taken the message. */
    public static final int BATCH_HOME = 13;
    /** Hash of the id that its client gave, 128 bits. */
    public static final int ID_HIGH = 14;
    public static final int ID_LOW = 15;
    static final int WORDS = 16;

    public static final int DEFAULT_PRIORITY = 4;
    public static final int MAX_PRIORITY = 9;
    /** Flag: the unique key is held until the message is done. */
    public static final int UNIQUE_UNTIL_DONE = 1;
    /** Flag: a property {@link Properties#CHAIN} says what follows when it is done. */
    public static final int CHAINED = 2;
    /** Flag: its batch has counted it already, as a step before. */
    public static final int COUNTED = 4;
    /** Flag: it waits until all members of the batch that has its id are over. */
    public static final int COMPLETION = 8;

    /**
     * Flag: when it is due was said as an instant of the wall clock, which stands in {@link #DUE} in ms; 0 if it was past
     * when the machine took the message. In ENQUEUE records of the first version the machine has turned it into elapsed
     * time.
     */
    public static final int DUE_BY_WALL = 64;

    /** Flag: it is done at once, and what follows it is a message for a topic of another shard. */
    public static final int FORWARD = 16;

    /** Flag: it waits for the end of a batch and is done then; nothing takes its place. */
    public static final int SILENT = 32;

    private static final int PRIORITY = 2;
    private static final int FLAGS = 3;
    private static final int MAX_ATTEMPTS = 4;
    private static final int PROPERTIES_BYTES = 6;

    private Envelope() {}

    /** Bytes of the envelope that starts here. */
    public static int bytes(ByteBuffer buffer, int at) {
        return propertiesStart(buffer, at) - at + propertiesBytes(buffer, at);
    }

    /** Index of its first property. */
    public static int propertiesStart(ByteBuffer buffer, int at) {
        return at + HEADER_BYTES + Integer.bitCount(buffer.getShort(at) & 0xFFFF) * Long.BYTES;
    }

    public static int propertiesBytes(ByteBuffer buffer, int at) {
        return buffer.getShort(at + PROPERTIES_BYTES) & 0xFFFF;
    }

    public static boolean has(ByteBuffer buffer, int at, int word) {
        return (buffer.getShort(at) & 1 << word) != 0;
    }

    /** A word, 0 when it is absent. */
    public static long word(ByteBuffer buffer, int at, int word) {
        return has(buffer, at, word) ? buffer.getLong(place(buffer, at, word)) : 0;
    }

    /** Changes a word that is present. */
    public static void set(ByteBuffer buffer, int at, int word, long value) {
        buffer.putLong(place(buffer, at, word), value);
    }

    private static int place(ByteBuffer buffer, int at, int word) {
        int before = Integer.bitCount(buffer.getShort(at) & (1 << word) - 1);
        return at + HEADER_BYTES + before * Long.BYTES;
    }

    public static int priority(ByteBuffer buffer, int at) {
        return buffer.get(at + PRIORITY);
    }

    public static int flags(ByteBuffer buffer, int at) {
        return buffer.get(at + FLAGS);
    }

    public static int maxAttempts(ByteBuffer buffer, int at) {
        return buffer.getShort(at + MAX_ATTEMPTS) & 0xFFFF;
    }

    /** What is wrong with the envelope that should stand in these bytes, or an empty string. */
    public static String problem(ByteBuffer buffer, int at, int length) {
        if (length < HEADER_BYTES) {
            return "the envelope is cut short";
        }
        if (!has(buffer, at, AT) || has(buffer, at, ID_HIGH) != has(buffer, at, ID_LOW)
                || has(buffer, at, MIN_BACKOFF) != has(buffer, at, MAX_BACKOFF)
                || has(buffer, at, UNIQUE_HIGH) != has(buffer, at, UNIQUE_LOW)
                || has(buffer, at, BATCH) != has(buffer, at, BATCH_HOME)) {
            return "the envelope's words do not fit";
        }
        if (propertiesBytes(buffer, at) > MAX_PROPERTIES || bytes(buffer, at) > length) {
            return "the envelope is longer than its message";
        }
        return priority(buffer, at) < 0 || priority(buffer, at) > MAX_PRIORITY ? "priority is 0 to 9" : "";
    }

    /** Length of an envelope of nothing but the time: that of messages of protocols that know no properties. */
    public static final int PLAIN_BYTES = HEADER_BYTES + Long.BYTES;
    /** The same with an instant at which it is due. */
    public static final int PLAIN_DUE_BYTES = PLAIN_BYTES + Long.BYTES;

    /** Writes an envelope of the times alone; the second may be one of the wall clock. */
    public static void putPlain(ByteBuffer to, long atMillis, long dueMillis, boolean byWall) {
        int present = 1 << AT | (dueMillis > 0 ? 1 << DUE : 0);
        int flags = byWall && dueMillis > 0 ? DUE_BY_WALL : 0;
        to.putShort((short) present).put((byte) DEFAULT_PRIORITY).put((byte) flags).putInt(0).putLong(atMillis);
        if (dueMillis > 0) {
            to.putLong(dueMillis);
        }
    }
}
