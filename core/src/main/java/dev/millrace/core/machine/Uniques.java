package dev.millrace.core.machine;

import java.util.function.LongPredicate;

/**
 * The unique keys of a topic and the messages that hold them.
 *
 * <pre>
 *   rows     hash, high half  |  low half  |  id of the holder  |  end of the window, elapsed ms, or 0 (43)
 *                                                               |  number of its wheel entry (20)  |  until done (1)
 *   holders  seq + 1 of a message that holds its key until it is done  |  hash, high half
 * </pre>
 *
 * A row goes when its window has ended and its holder, if it holds on, is over. Two keys of which only the high halves
 * agree take each other's row; the odds are those of a hash of 64 bits.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Uniques {
    static final int ROW_WORDS = 4;
    static final int HOLDER_WORDS = 2;
    private static final int LOW = 1;
    private static final int ID = 2;
    private static final int ENDS = 3;
    private static final int HIGH = 1;
    private static final int NUMBER_BITS = 20;
    private static final int ENDS_SHIFT = NUMBER_BITS + 1;

    final LongTable rows = new LongTable(ROW_WORDS, 0);
    final LongTable holders = new LongTable(HOLDER_WORDS, 0);
    /** Keys taken so far, for the numbers of wheel entries. */
    long taken;

    /** Id of the message that holds the key now, or 0. */
    long holder(long high, long low, long nowMillis, LongPredicate isUnderWay) {
        if (!rows.contains(high) || rows.get(high, LOW) != low) {
            return 0;
        }
        long ends = rows.get(high, ENDS);
        long id = rows.get(high, ID);
        return ends >>> ENDS_SHIFT > nowMillis || ((ends & 1) != 0 && isUnderWay.test(id)) ? id : 0;
    }

    /** A message takes a key; returns the number that the wheel's entry for the end of its window has. */
    int take(long high, long low, long id, long endsMillis, boolean untilDone) {
        int number = (int) (taken++ & (1 << NUMBER_BITS) - 1);
        rows.put(high);
        rows.set(high, LOW, low);
        rows.set(high, ID, id);
        rows.set(high, ENDS, endsMillis << ENDS_SHIFT | (long) number << 1 | (untilDone ? 1 : 0));
        return number;
    }

    /** The message holds this key until it is done. */
    void holds(long seq, long high) {
        holders.put(seq + 1);
        holders.set(seq + 1, HIGH, high);
    }

    /** The window with this number ends by time. */
    void windowEnded(long high, int number, LongPredicate isUnderWay) {
        long ends = rows.get(high, ENDS);
        if (ends >>> ENDS_SHIFT == 0 || ((int) (ends >>> 1) & (1 << NUMBER_BITS) - 1) != number) {
            return;
        }
        if ((ends & 1) != 0 && isUnderWay.test(rows.get(high, ID))) {
            rows.set(high, ENDS, ends & (1L << ENDS_SHIFT) - 1);
        } else {
            rows.remove(high);
        }
    }

    /** The message is over in all groups: what it held until now is free. */
    void over(long seq, long id) {
        if (!holders.contains(seq + 1)) {
            return;
        }
        long high = holders.get(seq + 1, HIGH);
        holders.remove(seq + 1);
        if (rows.get(high, ID) == id) {
            long ends = rows.get(high, ENDS) & ~1L;
            if (ends >>> ENDS_SHIFT == 0) {
                rows.remove(high);
            } else {
                rows.set(high, ENDS, ends);
            }
        }
    }

    /** A hash of the keys that are held, whatever of the rest is not yet forgotten. */
    long digest(LongPredicate isUnderWay) {
        long[] sum = {0};
        LongTable.Frozen all = rows.freeze();
        while (all.visit(Integer.MAX_VALUE, (words, at) -> {
            long ends = words[at + ENDS];
            boolean held = (ends & 1) != 0 && isUnderWay.test(words[at + ID]);
            if (held || ends >>> ENDS_SHIFT != 0) {
                sum[0] += hash(words, at, held);
            }
        }) > 0) {
            // the next pages
        }
        return sum[0];
    }

    /** A hash of a row's key and window; 0 if its window has ended. */
    static long windowHash(long[] words, int at) {
        return words[at + ENDS] >>> ENDS_SHIFT == 0 ? 0 : hash(words, at, false);
    }

    private static long hash(long[] words, int at, boolean held) {
        long h = (words[at] ^ words[at + LOW] * 31 ^ words[at + ID]) * 0x9E37_79B9_7F4A_7C15L;
        h = (h ^ words[at + ENDS] >>> ENDS_SHIFT ^ (held ? 1L << 62 : 0)) * 0xBF58_476D_1CE4_E5B9L;
        return h ^ h >>> 29;
    }
}
