package dev.millrace.core.machine;

import java.util.Arrays;

/**
 * A hash table of fixed rows of longs. The first word of a row is its key and never 0; rows are equal when their keys
 * are, the lowest bits left aside if so wanted.
 *
 * <p>
 * Extendible hashing (Fagin, Nievergelt, Pippenger and Strong, 1979): a directory of small open-addressed pages that
 * split one by one, so that no single change costs more than a page, however large the table is. Pages are copied before
 * their first change after a {@link #freeze}.
 *
 * <p>
 * Thread safety: none, but for reading a {@link Frozen} view.
 */
final class LongTable implements RowTable {
    private static final int FIRST_ROWS = 4;
    private static final int PAGE_ROWS = 256;
    private static final int MAX_DEPTH = 24;

    private static final class Page {
        long[] words;
        int size;
        final int depth;
        int mark;

        Page(long[] words, int depth, int mark) {
            this.words = words;
            this.depth = depth;
            this.mark = mark;
        }
    }

    private final int width;
    private final int ignoredBits;
    private Page[] directory;
    private int depth;
    private int mark;
    private long size;

    /**
     * @param width
     *            words of a row, the key included
     * @param ignoredBits
     *            lowest bits of a key that do not tell rows apart
     */
    LongTable(int width, int ignoredBits) {
        this.width = width;
        this.ignoredBits = ignoredBits;
        directory = new Page[]{new Page(new long[FIRST_ROWS * width], 0, 0)};
    }

    long size() {
        return size;
    }

    /** All keys in ascending order, which does not depend on how the table came about: what is decided in it can be replayed. */
    long[] keys() {
        long[] keys = new long[(int) size];
        int[] found = {0};
        Frozen all = freeze();
        while (all.visit(Integer.MAX_VALUE, (words, at) -> keys[found[0]++] = words[at]) > 0) {
            // the next pages
        }
        Arrays.sort(keys);
        return keys;
    }

    @Override
    public boolean contains(long key) {
        return size > 0 && find(page(hash(key)).words, key) >= 0;
    }

    @Override
    public long get(long key, int word) {
        long[] words = page(hash(key)).words;
        int at = find(words, key);
        return at < 0 ? 0 : words[at + word];
    }

    @Override
    public void set(long key, int word, long value) {
        Page page = own(key);
        int at = find(page.words, key);
        if (at < 0) {
            throw new IllegalStateException("no row with key " + Long.toHexString(key));
        }
        page.words[at + word] = value;
    }

    /** Adds a row of zeros unless there is one with this key; either way its key is this one now, all bits of it. */
    @Override
    public void put(long key) {
        Page page = own(key);
        while ((page.size + 1) * 8 > PAGE_ROWS * 7 && find(page.words, key) < 0) {
            split(page, hash(key));
            page = own(key);
        }
        if ((page.size + 1) * 8 > rows(page) * 7) {
            resize(page, Math.min(PAGE_ROWS, rows(page) * 3 / 2));
        }
        int at = find(page.words, key);
        if (at < 0) {
            at = free(page.words, key);
            page.size++;
            size++;
        }
        page.words[at] = key;
    }

    /** Takes the row out; false when there is none. */
    boolean remove(long key) {
        if (!contains(key)) {
            return false;
        }
        Page page = own(key);
        close(page.words, find(page.words, key));
        page.size--;
        size--;
        int rows = rows(page);
        if (rows > FIRST_ROWS && page.size * 4 < rows) {
            resize(page, Math.max(FIRST_ROWS, rows / 2));
        }
        return true;
    }

    // ---- pages ----

    private int rows(Page page) {
        return page.words.length / width;
    }

    private int index(long hash) {
        return depth == 0 ? 0 : (int) (hash >>> (64 - depth));
    }

    private Page page(long hash) {
        return directory[index(hash)];
    }

    /** The key's page, copied first when a frozen view has it. */
    private Page own(long key) {
        long hash = hash(key);
        Page page = page(hash);
        if (page.mark != mark) {
            Page copy = new Page(page.words.clone(), page.depth, mark);
            copy.size = page.size;
            enter(copy, hash);
            return copy;
        }
        return page;
    }

    /** Puts a page where the directory should lead to it. */
    private void enter(Page page, long hash) {
        int span = 1 << (depth - page.depth);
        int from = index(hash) & -span;
        Arrays.fill(directory, from, from + span, page);
    }

    private void split(Page page, long hash) {
        if (page.depth == depth) {
            if (depth == MAX_DEPTH) {
                throw new IllegalStateException("too many rows: " + size);
            }
            Page[] wider = new Page[directory.length * 2];
            for (int i = 0; i < wider.length; i++) {
                wider[i] = directory[i >>> 1];
            }
            directory = wider;
            depth++;
        }
        int below = page.depth + 1;
        long bit = 1L << (64 - below);
        Page zero = new Page(new long[PAGE_ROWS * 5 / 8 * width], below, mark);
        Page one = new Page(new long[PAGE_ROWS * 5 / 8 * width], below, mark);
        for (int at = 0; at < page.words.length; at += width) {
            if (page.words[at] != 0) {
                Page to = (hash(page.words[at]) & bit) == 0 ? zero : one;
                if ((to.size + 1) * 8 > rows(to) * 7) {
                    resize(to, PAGE_ROWS);
                }
                copyRow(page.words, at, to.words);
                to.size++;
            }
        }
        enter(zero, hash & ~bit);
        enter(one, hash | bit);
    }

    private void resize(Page page, int rows) {
        if (rows == rows(page)) {
            return;
        }
        long[] old = page.words;
        page.words = new long[width * Math.max(rows, page.size + 1)];
        for (int at = 0; at < old.length; at += width) {
            if (old[at] != 0) {
                copyRow(old, at, page.words);
            }
        }
    }

    private void copyRow(long[] from, int at, long[] to) {
        System.arraycopy(from, at, to, free(to, from[at]), width);
    }

    // ---- inside a page: linear probing, with no tombstones ----

    private int home(long[] words, long key) {
        return (int) (((hash(key) & 0xFFFF_FFFFL) * (words.length / width)) >>> 32) * width;
    }

    private int next(long[] words, int at) {
        return at + width == words.length ? 0 : at + width;
    }

    private int find(long[] words, long key) {
        int at = home(words, key);
        while (words[at] != 0) {
            if (words[at] >>> ignoredBits == key >>> ignoredBits) {
                return at;
            }
            at = next(words, at);
        }
        return -1;
    }

    private int free(long[] words, long key) {
        int at = home(words, key);
        while (words[at] != 0) {
            at = next(words, at);
        }
        return at;
    }

    /** Empties a place and moves up what was pushed behind it. */
    private void close(long[] words, int place) {
        int hole = place;
        for (int at = next(words, hole); words[at] != 0; at = next(words, at)) {
            int home = home(words, words[at]);
            boolean stays = hole <= at ? hole < home && home <= at : hole < home || home <= at;
            if (!stays) {
                System.arraycopy(words, at, words, hole, width);
                hole = at;
            }
        }
        Arrays.fill(words, hole, hole + width, 0);
    }

    /** Of what tells keys apart; the first 32 bits choose the page, the last ones the place in it. */
    private long hash(long key) {
        long h = (key >>> ignoredBits) * 0x9E37_79B9_7F4A_7C15L;
        h = (h ^ h >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return h ^ h >>> 32;
    }

    // ---- all of them ----

    Frozen freeze() {
        mark++;
        return new Frozen(directory.clone(), depth, width, size);
    }

    /** Heap bytes of directory and pages. */
    long memoryBytes() {
        long bytes = 16L + 4L * directory.length;
        Page last = null;
        for (Page page : directory) {
            bytes += page == last ? 0 : 48 + 8L * page.words.length;
            last = page;
        }
        return bytes;
    }

    /** The table as it was at one moment; one reader at a time. */
    static final class Frozen implements RowTable.Frozen {
        private final Page[] directory;
        private final int depth;
        private final int width;
        private final long size;
        private int index;
        private long visited;

        private Frozen(Page[] directory, int depth, int width, long size) {
            this.directory = directory;
            this.depth = depth;
            this.width = width;
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
            Frozen copy = new Frozen(directory, depth, width, size);
            copy.index = index;
            copy.visited = visited;
            return copy;
        }

        @Override
        public Frozen anew() {
            return new Frozen(directory, depth, width, size);
        }

        @Override
        public int visit(int limit, Visitor visitor) {
            int seen = 0;
            while (index < directory.length && seen < limit) {
                seen += visit(directory[index], visitor);
                index += 1 << (depth - directory[index].depth);
            }
            visited += seen;
            return seen;
        }

        private int visit(Page page, Visitor visitor) {
            // A page of an earlier mark is never changed, so its words are those of the moment.
            long[] words = page.words;
            int seen = 0;
            for (int at = 0; at < words.length; at += width) {
                if (words[at] != 0) {
                    visitor.row(words, at);
                    seen++;
                }
            }
            return seen;
        }
    }
}
