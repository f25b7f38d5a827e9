package dev.millrace.core.machine;

/**
 * The last thing that replay saw happen to each waiting entry: its due instant, or {@link #GONE}. Open addressing over
 * the two words that name an entry; used during recovery only.
 */
final class NameTable {
    static final long GONE = -1L;
    private static final long EMPTY = -2L;
    private static final int WORDS = 3;

    private long[] table = new long[0];
    private int size;
    private int capacity;

    /** Receives present entries. */
    interface Visitor {
        void entry(long dueMillis, long id, long payload);
    }

    void put(long id, long payload, long dueOrGone) {
        if ((size + 1) * 3L > capacity * 2L) {
            grow();
        }
        int at = slot(table, capacity, id, payload);
        if (table[at + 2] == EMPTY) {
            size++;
            table[at] = id;
            table[at + 1] = payload;
        }
        table[at + 2] = dueOrGone;
    }

    boolean contains(long id, long payload) {
        return capacity > 0 && table[slot(table, capacity, id, payload) + 2] != EMPTY;
    }

    /** In table order, which depends on the content alone. */
    void forEachPresent(Visitor visitor) {
        for (int at = 0; at < table.length; at += WORDS) {
            if (table[at + 2] >= 0) {
                visitor.entry(table[at + 2], table[at], table[at + 1]);
            }
        }
    }

    void clear() {
        table = new long[0];
        capacity = 0;
        size = 0;
    }

    private void grow() {
        int larger = Math.max(64, capacity * 2);
        long[] next = new long[larger * WORDS];
        for (int at = 2; at < next.length; at += WORDS) {
            next[at] = EMPTY;
        }
        for (int at = 0; at < table.length; at += WORDS) {
            if (table[at + 2] != EMPTY) {
                int to = slot(next, larger, table[at], table[at + 1]);
                System.arraycopy(table, at, next, to, WORDS);
            }
        }
        table = next;
        capacity = larger;
    }

    private static int slot(long[] table, int capacity, long id, long payload) {
        long h = (id ^ payload * 0x9E37_79B9_7F4A_7C15L) * 0xD6E8_FEB8_6659_FD93L;
        int at = (int) (h >>> 32) & capacity - 1;
        while (table[at * WORDS + 2] != EMPTY && (table[at * WORDS] != id || table[at * WORDS + 1] != payload)) {
            at = at + 1 & capacity - 1;
        }
        return at * WORDS;
    }
}
