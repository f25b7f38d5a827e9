package dev.millrace.core.machine;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Rows of longs by a key that counts up (a sequence number): new keys are mostly above all others, and neighbours mostly
 * go at about the same time.
 *
 * <p>
 * A page has the rows of {@value #PAGE_ROWS} neighbouring keys: a bit for each key that has a row, and for each word an
 * array that has the values of those rows without gaps, in the order of the keys. The place of a row is the number of bits
 * below its own (as in Bagwell's array mapped tries, 2001). No row stores its key, and a word that is 0 in all rows of a
 * page has no array, so that a page costs what its rows say and about two bytes more for each.
 *
 * <pre>
 *   keys 256 to 511; rows 256, 258, 300    bits 1010...1...    word 1: [a, b, c]    word 2: none    word 3: [x, 0, y]
 * </pre>
 *
 * A page of fewer than {@value #FEWEST_ROWS} rows would cost more than rows that have their keys with them. Those go to a
 * {@link LongTable}, which has the stragglers: rows far behind the others. So a row never costs much more than there.
 *
 * <p>
 * Pages are copied before their first change after a {@link #freeze}. Thread safety: none, but for reading a
 * {@link Frozen} view.
 */
final class SeqTable implements RowTable {
    static final int PAGE_BITS = 8;
    static final int PAGE_ROWS = 1 << PAGE_BITS;
    static final int FEWEST_ROWS = 4;
    /** Pages behind the newest in which new rows make no page of their own. */
    private static final int NEAR_PAGES = 64;
    private static final int SLOT = 1;

    private static final class Page {
        final long number;
        final int mark;
        final long[] bits;
        final long[] @Nullable [] columns;
        int size;
        int capacity = FEWEST_ROWS;

        Page(long number, int mark, int words) {
            this.number = number;
            this.mark = mark;
            bits = new long[PAGE_ROWS / Long.SIZE];
            columns = new long[words - 1][];
        }

        Page(Page of, int mark) {
            number = of.number;
            this.mark = mark;
            bits = of.bits.clone();
            columns = of.columns.clone();
            for (int column = 0; column < columns.length; column++) {
                long[] values = columns[column];
                columns[column] = values == null ? null : values.clone();
            }
            size = of.size;
            capacity = of.capacity;
        }

        /** Place of the key's row, or where it would be, as -1 - place. */
        int place(long key) {
            int at = (int) key & PAGE_ROWS - 1;
            int last = at / Long.SIZE;
            int place = Long.bitCount(bits[last] & (1L << at) - 1);
            for (int word = 0; word < last; word++) {
                place += Long.bitCount(bits[word]);
            }
            return (bits[last] & 1L << at) != 0 ? place : -1 - place;
        }

        void flip(long key) {
            int at = (int) key & PAGE_ROWS - 1;
            bits[at / Long.SIZE] ^= 1L << at;
        }

        void insert(long key, int place) {
            if (size == capacity) {
                resize(Math.min(PAGE_ROWS, capacity * 2));
            }
            for (long[] values : columns) {
                if (values != null) {
                    System.arraycopy(values, place, values, place + 1, size - place);
                    values[place] = 0;
                }
            }
            flip(key);
            size++;
        }

        void remove(long key, int place) {
            size--;
            for (long[] values : columns) {
                if (values != null) {
                    System.arraycopy(values, place + 1, values, place, size - place);
                    values[size] = 0;
                }
            }
            flip(key);
            if (size * 2 <= capacity && capacity > FEWEST_ROWS) {
                resize(Math.max(FEWEST_ROWS, size + size / 4));
            }
        }

        void resize(int rows) {
            capacity = rows;
            for (int column = 0; column < columns.length; column++) {
                long[] values = columns[column];
                if (values != null) {
                    columns[column] = isZero(values, size) ? null : Arrays.copyOf(values, rows);
                }
            }
        }

        private static boolean isZero(long[] values, int size) {
            int at = 0;
            while (at < size && values[at] == 0) {
                at++;
            }
            return at == size;
        }

        long get(int place, int word) {
            long[] values = columns[word - 1];
            return values == null ? 0 : values[place];
        }

        void set(int place, int word, long value) {
            long[] values = columns[word - 1];
            if (values == null) {
                if (value == 0) {
                    return;
                }
                values = new long[capacity];
                columns[word - 1] = values;
            }
            values[place] = value;
        }

        /** Tells each row, in the order of the keys. */
        void visit(Visitor visitor) {
            long[] row = new long[columns.length + 1];
            int place = 0;
            for (int word = 0; word < bits.length; word++) {
                for (long left = bits[word]; left != 0; left &= left - 1) {
                    row[0] = (number << PAGE_BITS) + word * (long) Long.SIZE + Long.numberOfTrailingZeros(left);
                    for (int at = 1; at < row.length; at++) {
                        row[at] = get(place, at);
                    }
                    place++;
                    visitor.row(row, 0);
                }
            }
        }

        long memoryBytes() {
            long bytes = 40 + 16 + 8L * bits.length + 16 + 4L * columns.length;
            for (long[] values : columns) {
                bytes += values == null ? 0 : 16 + 8L * values.length;
            }
            return bytes;
        }
    }

    private final int width;
    /** Number of a page + 1 -> its slot. */
    private final LongTable slots = new LongTable(2, 0);
    private final LongTable stragglers;
    private @Nullable Page[] pages = new Page[1];
    private int pageCount;
    private long newest = -1;
    private long rowsInPages;
    private int mark;
    /** The page that was asked for last: what is done to a row comes in runs. */
    private @Nullable Page last;

    /**
     * @param width
     *            words of a row, the key included
     */
    SeqTable(int width) {
        this.width = width;
        stragglers = new LongTable(width, 0);
    }

    long size() {
        return rowsInPages + stragglers.size();
    }

    @Override
    public boolean contains(long key) {
        Page page = page(key);
        return (page != null && page.place(key) >= 0) || stragglers.contains(key);
    }

    @Override
    public long get(long key, int word) {
        Page page = page(key);
        int place = page == null ? -1 : page.place(key);
        if (page == null || place < 0) {
            return stragglers.size() == 0 ? 0 : stragglers.get(key, word);
        }
        return word == 0 ? key : page.get(place, word);
    }

    @Override
    public void set(long key, int word, long value) {
        Page page = page(key);
        int place = page == null ? -1 : page.place(key);
        if (page == null || place < 0) {
            stragglers.set(key, word, value);
            return;
        }
        own(page).set(place, word, value);
    }

    @Override
    public void put(long key) {
        Page page = page(key);
        int place = page == null ? -1 : page.place(key);
        if (place >= 0 || stragglers.contains(key)) {
            return;
        }
        if (page == null && (key >>> PAGE_BITS) < newest - NEAR_PAGES) {
            stragglers.put(key);
            return;
        }
        Page own = page == null ? add(new Page(key >>> PAGE_BITS, mark, width)) : own(page);
        own.insert(key, -1 - place);
        rowsInPages++;
    }

    /** Takes the row out; false when there is none. */
    boolean remove(long key) {
        Page page = page(key);
        int place = page == null ? -1 : page.place(key);
        if (page == null || place < 0) {
            return stragglers.remove(key);
        }
        Page own = own(page);
        own.remove(key, place);
        rowsInPages--;
        if (own.size < FEWEST_ROWS && own.number != newest) {
            dissolve(own);
        }
        return true;
    }

    /** Gathers stragglers into pages where there are enough of them; for when many rows were put in any order. */
    void settle() {
        long[] keys = stragglers.keys();
        for (int from = 0, to = 0; from < keys.length; from = to) {
            long number = keys[from] >>> PAGE_BITS;
            while (to < keys.length && keys[to] >>> PAGE_BITS == number) {
                to++;
            }
            if (to - from >= FEWEST_ROWS || page(keys[from]) != null) {
                for (int at = from; at < to; at++) {
                    gather(keys[at]);
                }
            }
        }
    }

    /** Moves a straggler into its page. */
    private void gather(long key) {
        Page page = page(key);
        Page own = page == null ? add(new Page(key >>> PAGE_BITS, mark, width)) : own(page);
        int place = -1 - own.place(key);
        own.insert(key, place);
        for (int word = 1; word < width; word++) {
            own.set(place, word, stragglers.get(key, word));
        }
        stragglers.remove(key);
        rowsInPages++;
    }

    /** The rows of a page that has few become stragglers. */
    private void dissolve(Page page) {
        page.visit((words, at) -> {
            stragglers.put(words[at]);
            for (int word = 1; word < width; word++) {
                stragglers.set(words[at], word, words[at + word]);
            }
        });
        rowsInPages -= page.size;
        int slot = (int) slots.get(page.number + 1, SLOT);
        slots.remove(page.number + 1);
        Page moved = pages[--pageCount];
        pages[pageCount] = null;
        if (slot < pageCount && moved != null) {
            pages[slot] = moved;
            slots.set(moved.number + 1, SLOT, slot);
        }
        last = null;
    }

    private @Nullable Page page(long key) {
        long number = key >>> PAGE_BITS;
        Page page = last;
        if (page != null && page.number == number) {
            return page;
        }
        if (!slots.contains(number + 1)) {
            return null;
        }
        page = pages[(int) slots.get(number + 1, SLOT)];
        last = page;
        return page;
    }

    private Page add(Page page) {
        if (pageCount == pages.length) {
            pages = Arrays.copyOf(pages, pageCount + Math.max(4, pageCount / 2));
        }
        slots.put(page.number + 1);
        slots.set(page.number + 1, SLOT, pageCount);
        pages[pageCount++] = page;
        if (page.number > newest) {
            Page former = newest < 0 ? null : page(newest << PAGE_BITS);
            newest = page.number;
            if (former != null && former.size < FEWEST_ROWS) {
                dissolve(former);
            }
        }
        last = page;
        return page;
    }

    /** The page, copied first when a frozen view has it. */
    private Page own(Page page) {
        if (page.mark == mark) {
            return page;
        }
        Page copy = new Page(page, mark);
        pages[(int) slots.get(page.number + 1, SLOT)] = copy;
        last = copy;
        return copy;
    }

    Frozen freeze() {
        mark++;
        return new Frozen(Arrays.copyOf(pages, pageCount), stragglers.freeze(), size());
    }

    /** Heap bytes of pages, their directory and the stragglers. */
    long memoryBytes() {
        long bytes = 16L + 4L * pages.length + slots.memoryBytes() + stragglers.memoryBytes();
        for (int slot = 0; slot < pageCount; slot++) {
            Page page = pages[slot];
            bytes += page == null ? 0 : page.memoryBytes();
        }
        return bytes;
    }

    /** The table as it was at one moment; one reader at a time. */
    static final class Frozen implements RowTable.Frozen {
        private final @Nullable Page[] pages;
        private final LongTable.Frozen stragglers;
        private final long size;
        private int next;
        private long visited;

        private Frozen(@Nullable Page[] pages, LongTable.Frozen stragglers, long size) {
            this.pages = pages;
            this.stragglers = stragglers;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public long left() {
            return size - visited;
        }

        @Override
        public Frozen copy() {
            Frozen copy = new Frozen(pages, stragglers.copy(), size);
            copy.next = next;
            copy.visited = visited;
            return copy;
        }

        @Override
        public Frozen anew() {
            return new Frozen(pages, stragglers.anew(), size);
        }

        @Override
        public int visit(int limit, Visitor visitor) {
            int seen = 0;
            if (next == 0) {
                // In ascending order, so that who reads them back fills page after page.
                Arrays.sort(pages, Comparator.comparingLong(page -> page == null ? Long.MAX_VALUE : page.number));
            }
            while (next < pages.length && seen < limit) {
                // A page of an earlier mark is never changed, so its rows are those of the moment.
                Page page = pages[next++];
                if (page != null) {
                    page.visit(visitor);
                    seen += page.size;
                }
            }
            if (next == pages.length && seen < limit) {
                seen += stragglers.visit(limit - seen, visitor);
            }
            visited += seen;
            return seen;
        }
    }
}
