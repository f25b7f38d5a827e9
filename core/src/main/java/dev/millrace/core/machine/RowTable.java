package dev.millrace.core.machine;

/**
 * A table of fixed rows of longs. The first word of a row is its key and never 0. Thread safety: none.
 */
sealed interface RowTable permits LongTable, SeqTable {
    boolean contains(long key);

    /** A word of the row with this key, 0 when there is none. */
    long get(long key, int word);

    /** Changes a word of a row that is there. */
    void set(long key, int word, long value);

    /** Adds a row of zeros unless there is one with this key. */
    void put(long key);

    /** Receives rows: the words of a row start at {@code at}, and stay as they are only while it is called. */
    interface Visitor {
        void row(long[] words, int at);
    }

    /** A table as it was at one moment; one reader at a time. */
    sealed interface Frozen permits LongTable.Frozen, SeqTable.Frozen {
        long size();

        /** Rows that {@link #visit} has not come to yet. */
        long left();

        /** The same view with a place of its own, which is where this one's is. */
        Frozen copy();

        /** The same view with a place of its own, at the start. */
        Frozen anew();

        /** Visits the rows of the next pages, about {@code limit}; returns how many, 0 at the end. */
        int visit(int limit, Visitor visitor);

        /**
         * Sum over rows of a hash of their first words; equal for equal content, whatever the order and the places.
         *
         * @param words
         *            how many of each row count
         */
        default long digest(int words) {
            long[] sum = {0};
            Frozen all = anew();
            while (all.visit(Integer.MAX_VALUE, (row, at) -> {
                long h = 0;
                for (int word = 0; word < words; word++) {
                    h = (h ^ row[at + word] ^ row[at + word] >>> 31) * 0xBF58_476D_1CE4_E5B9L + word;
                    h ^= h >>> 29;
                }
                sum[0] += h;
            }) > 0) {
                // the next pages
            }
            return sum[0];
        }
    }
}
