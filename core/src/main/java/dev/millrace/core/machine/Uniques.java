package dev.millrace.core.machine;

import java.util.function.LongPredicate;

/**
 * Keys of 128 bits and the messages that hold them: the unique keys of a topic, or the ids that clients gave.
 *
 * <pre>
 *   rows     place  |  low half of the hash  |  id of the holder  |  end of the window, elapsed ms, or 0 (43)
 *                                                                 |  number of its wheel entry (20)  |  holds on (1)
 *   holders  seq + 1 of a message that holds its key until it is over  |  place
 *   moved    place of a row that stands elsewhere  |  high half of its hash
 * </pre>
 *
 * A row stands at the place of its high half, unless another key whose high half is the same stands there: then it is
 * moved to one that both halves lead to. So two keys are told apart by all 128 bits. A row goes when its window has ended
 * and its holder, if it holds on, is over. One that nothing holds any more may still be there; it counts as gone.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Uniques {
    static final int ROW_WORDS = 4;
    static final int HOLDER_WORDS = 2;
    static final int MOVED_WORDS = 2;
    private static final int LOW = 1;
    private static final int ID = 2;
    private static final int ENDS = 3;
    private static final int PLACE = 1;
    private static final int HIGH = 1;
    private static final int NUMBER_BITS = 20;
    private static final int ENDS_SHIFT = NUMBER_BITS + 1;

    final LongTable rows = new LongTable(ROW_WORDS, 0);
    final LongTable holders = new LongTable(HOLDER_WORDS, 0);
    final LongTable moved = new LongTable(MOVED_WORDS, 0);
    /** Keys taken so far, for the numbers of wheel entries. */
    long taken;
    /** Derived: no row was moved further. */
    private int furthest;

    /**
     * Id of the message that holds the key now, or 0.
     *
     * @param holdsOn
     *            whether the message with this id still holds what it holds without a window
     */
    long holder(long high, long low, long nowMillis, LongPredicate holdsOn) {
        long at = find(high, low, holdsOn);
        if (at == 0) {
            return 0;
        }
        boolean inWindow = rows.get(at, ENDS) >>> ENDS_SHIFT > nowMillis;
        return inWindow || isHeldOn(at, holdsOn) ? rows.get(at, ID) : 0;
    }

    /** A message takes a key; returns the place of its row. */
    long take(Key key, long id, long endsMillis, boolean untilOver, LongPredicate holdsOn) {
        long at = find(key.high, key.low, holdsOn);
        if (at == 0) {
            int step = 0;
            for (at = key.high; !isFree(at, holdsOn); at = place(key.high, key.low, step)) {
                step++;
            }
            rows.put(at);
            rows.set(at, LOW, key.low);
            move(at, key.high, step);
        }
        long number = taken++ & (1 << NUMBER_BITS) - 1;
        rows.set(at, ID, id);
        rows.set(at, ENDS, endsMillis << ENDS_SHIFT | number << 1 | (untilOver ? 1 : 0));
        return at;
    }

    /** The number that the wheel's entry for the end of a row's window has. */
    int number(long at) {
        return (int) (rows.get(at, ENDS) >>> 1) & (1 << NUMBER_BITS) - 1;
    }

    /** The message holds the key of this row until it is over. */
    void holds(long seq, long at) {
        holders.put(seq + 1);
        holders.set(seq + 1, PLACE, at);
    }

    /** The window with this number ends by time. */
    void windowEnded(long at, int number, LongPredicate holdsOn) {
        long ends = rows.get(at, ENDS);
        if (ends >>> ENDS_SHIFT == 0 || number(at) != number) {
            return;
        }
        if (isHeldOn(at, holdsOn)) {
            rows.set(at, ENDS, ends & (1L << ENDS_SHIFT) - 1);
        } else {
            remove(at);
        }
    }

    /** The message is over in all groups: what it held until now is free. */
    void over(long seq, long id) {
        if (!holders.contains(seq + 1)) {
            return;
        }
        long at = holders.get(seq + 1, PLACE);
        holders.remove(seq + 1);
        if (rows.get(at, ID) == id) {
            long ends = rows.get(at, ENDS) & ~1L;
            if (ends >>> ENDS_SHIFT == 0) {
                remove(at);
            } else {
                rows.set(at, ENDS, ends);
            }
        }
    }

    // ---- places ----

    /** Both halves of a hash. */
    record Key(long high, long low) {}

    private static long place(long high, long low, int step) {
        long h = (high ^ Long.rotateLeft(low, 17) + step * 0x9E37_79B9_7F4A_7C15L) * 0xBF58_476D_1CE4_E5B9L;
        h = (h ^ h >>> 29) * 0x94D0_49BB_1331_11EBL;
        return h ^ h >>> 32;
    }

    /** Place of the row of a key that is held, 0 when there is none. */
    private long find(long high, long low, LongPredicate holdsOn) {
        for (int step = 0; step <= furthest; step++) {
            long at = step == 0 ? high : place(high, low, step);
            if (rows.contains(at) && rows.get(at, LOW) == low && high(at) == high && isHeld(at, holdsOn)) {
                return at;
            }
        }
        return 0;
    }

    private long high(long at) {
        return moved.contains(at) ? moved.get(at, HIGH) : at;
    }

    private void move(long at, long high, int step) {
        moved.remove(at);
        if (step > 0) {
            moved.put(at);
            moved.set(at, HIGH, high);
            furthest = Math.max(furthest, step);
        }
    }

    /** What nothing holds is in nobody's way: whether it has been forgotten must make no difference. */
    private boolean isFree(long at, LongPredicate holdsOn) {
        return at != 0 && !(rows.contains(at) && isHeld(at, holdsOn));
    }

    private boolean isHeld(long at, LongPredicate holdsOn) {
        return rows.get(at, ENDS) >>> ENDS_SHIFT != 0 || isHeldOn(at, holdsOn);
    }

    private boolean isHeldOn(long at, LongPredicate holdsOn) {
        return (rows.get(at, ENDS) & 1) != 0 && holdsOn.test(rows.get(at, ID));
    }

    private void remove(long at) {
        rows.remove(at);
        moved.remove(at);
        furthest = moved.size() == 0 ? 0 : furthest;
    }

    /** All rows were read from a snapshot. */
    void restored() {
        for (long at : moved.keys()) {
            int step = 1;
            while (place(moved.get(at, HIGH), rows.get(at, LOW), step) != at) {
                step++;
            }
            furthest = Math.max(furthest, step);
        }
    }

    // ---- hashes ----

    /** A hash of the keys that are held, whatever of the rest is not yet forgotten. */
    long digest(LongPredicate holdsOn) {
        long[] sum = {0};
        LongTable.Frozen all = rows.freeze();
        while (all.visit(Integer.MAX_VALUE, (words, at) -> {
            long ends = words[at + ENDS];
            boolean held = (ends & 1) != 0 && holdsOn.test(words[at + ID]);
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
