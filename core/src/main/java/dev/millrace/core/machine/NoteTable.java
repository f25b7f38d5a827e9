package dev.millrace.core.machine;

/**
 * Where the notes of past attempts stand in the log: one entry of 16 bytes per note, found by message and attempt.
 *
 * <pre>
 *   key    seq (48) | attempt mod 8 (3) | units (13), at least one unit
 *   value  location of the ATTEMPT record
 * </pre>
 *
 * Of a message at most the last {@value #KEPT} notes are kept, so three bits tell them apart.
 *
 * <p>
 * Thread safety: none, but for reading a {@link Frozen} view; see {@link LongTable}.
 */
final class NoteTable {
    /** Notes kept of one message. */
    static final int KEPT = 5;
    /** Attempts whose notes have keys of their own: a later one takes the place of one eight attempts before. */
    static final int TOLD_APART = 8;
    /** A longer record counts as this many units. */
    static final int MAX_UNITS = 0x1FFF;
    static final int WORDS = 2;
    private static final int UNIT_BITS = 13;
    private static final int LOCATION = 1;

    private final LongTable table = new LongTable(WORDS, UNIT_BITS);
    private long replacedKey;

    /** Receives entries. */
    interface Visitor {
        void note(long key, long location);
    }

    static long key(long seq, int attempt, int units) {
        return seq << 16 | (long) (attempt & 7) << UNIT_BITS | Math.min(units, MAX_UNITS);
    }

    static int units(long key) {
        return (int) key & MAX_UNITS;
    }

    static long seq(long key) {
        return key >>> 16;
    }

    long size() {
        return table.size();
    }

    /** Adds or replaces; returns the location that was replaced, or 0. Its key is {@link #replacedKey} then. */
    long put(long key, long location) {
        long old = 0;
        if (table.contains(key)) {
            old = table.get(key, LOCATION);
            replacedKey = table.get(key, 0);
        }
        table.put(key);
        table.set(key, LOCATION, location);
        return old;
    }

    long replacedKey() {
        return replacedKey;
    }

    /** The full key of the note of this attempt, or 0 when there is none. */
    long fullKey(long seq, int attempt) {
        return table.get(key(seq, attempt, 0), 0);
    }

    /** Where the note stands, or 0. */
    long get(long key) {
        return table.get(key, LOCATION);
    }

    /** The note stands elsewhere now; it must be there. */
    void move(long key, long location) {
        table.set(key, LOCATION, location);
    }

    /** Takes a note out; returns where it stood, or 0. */
    long remove(long key) {
        long location = table.get(key, LOCATION);
        table.remove(key);
        return location;
    }

    Frozen freeze() {
        return new Frozen(table.freeze());
    }

    /** Heap bytes of directory and pages. */
    long memoryBytes() {
        return table.memoryBytes();
    }

    /** The table as it was at one moment; one reader at a time. */
    record Frozen(LongTable.Frozen rows) {
        long size() {
            return rows.size();
        }

        /** Where a note stands is no part of what it is: relocation changes it. */
        long digest() {
            return rows.digest(1);
        }

        /** Visits the entries of the next pages, about {@code limit}; returns how many, 0 at the end. */
        int visit(int limit, Visitor visitor) {
            return rows.visit(limit, (words, at) -> visitor.note(words[at], words[at + LOCATION]));
        }
    }
}
