package dev.millrace.core.machine;

import java.util.Arrays;

/**
 * Where the notes of past attempts stand in the log: one entry of 16 bytes per note, found by message and attempt.
 *
 * <pre>
 *   key    seq (48) | attempt mod 8 (3) | units (13)
 *   value  location of the ATTEMPT record; 0: empty
 * </pre>
 *
 * Of a message at most the last {@value #KEPT} notes are kept, so three bits tell them apart.
 *
 * <p>
 * Extendible hashing (Fagin, Nievergelt, Pippenger and Strong, 1979): a directory of small open-addressed pages that
 * split one by one, so that no single change costs more than a page, however large the table is. Pages are copied before
 * their first change after a {@link #freeze}.
 *
 * <p>
 * Thread safety: none, but for reading a {@link Frozen} view.
 */
final class NoteTable {
    /** Notes kept of one message. */
    static final int KEPT = 5;
    /** Attempts whose notes have keys of their own: a later one takes the place of one eight attempts before. */
    static final int TOLD_APART = 8;
    /** A longer record counts as this many units. */
    static final int MAX_UNITS = 0x1FFF;
    private static final int UNIT_BITS = 13;
    private static final int FIRST_ENTRIES = 4;
    private static final int PAGE_ENTRIES = 256;
    private static final int MAX_DEPTH = 24;

    private static final class Page {
        long[] words;
        int size;
        final int depth;
        int mark;

        Page(int entries, int depth, int mark) {
            words = new long[2 * entries];
            this.depth = depth;
            this.mark = mark;
        }
    }

    private Page[] directory = {new Page(FIRST_ENTRIES, 0, 0)};
    private int depth;
    private int mark;
    private long size;
    /** Sum over entries of a hash of their keys; equal for equal content, whatever the order and the places. */
    private long digest;
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
        return size;
    }

    long digest() {
        return digest;
    }

    /** Adds or replaces; returns the location that was replaced, or 0. Its key is {@link #replacedKey} then. */
    long put(long key, long location) {
        Page page = own(key);
        while ((page.size + 1) * 8 > PAGE_ENTRIES * 7 && find(page.words, key) < 0) {
            split(page, hash(key));
            page = own(key);
        }
        if ((page.size + 1) * 8 > page.words.length / 2 * 7) {
            resize(page, Math.min(PAGE_ENTRIES, page.words.length / 2 * 3 / 2));
        }
        digest += digest(key);
        int at = find(page.words, key);
        if (at >= 0) {
            long old = page.words[at + 1];
            replacedKey = page.words[at];
            digest -= digest(replacedKey);
            page.words[at] = key;
            page.words[at + 1] = location;
            return old;
        }
        insert(page.words, key, location);
        page.size++;
        size++;
        return 0;
    }

    long replacedKey() {
        return replacedKey;
    }

    /** The full key of the note of this attempt, or 0 when there is none. */
    long fullKey(long seq, int attempt) {
        long key = key(seq, attempt, 0);
        Page page = page(hash(key));
        int at = find(page.words, key);
        return at < 0 ? 0 : page.words[at];
    }

    /** Where the note stands, or 0. */
    long get(long key) {
        Page page = page(hash(key));
        int at = find(page.words, key);
        return at < 0 ? 0 : page.words[at + 1];
    }

    /** The note stands elsewhere now; it must be there. */
    void move(long key, long location) {
        Page page = own(key);
        page.words[find(page.words, key) + 1] = location;
    }

    /** Takes a note out; returns where it stood, or 0. */
    long remove(long key) {
        if (size == 0 || find(page(hash(key)).words, key) < 0) {
            return 0;
        }
        Page page = own(key);
        int at = find(page.words, key);
        long location = page.words[at + 1];
        digest -= digest(page.words[at]);
        close(page.words, at);
        page.size--;
        size--;
        int entries = page.words.length / 2;
        if (entries > FIRST_ENTRIES && page.size * 4 < entries) {
            resize(page, Math.max(FIRST_ENTRIES, entries / 2));
        }
        return location;
    }

    // ---- pages ----

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
            Page copy = new Page(0, page.depth, mark);
            copy.words = page.words.clone();
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
                throw new IllegalStateException("too many notes: " + size);
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
        Page zero = new Page(PAGE_ENTRIES * 5 / 8, below, mark);
        Page one = new Page(PAGE_ENTRIES * 5 / 8, below, mark);
        for (int at = 0; at < page.words.length; at += 2) {
            if (page.words[at + 1] != 0) {
                Page to = (hash(page.words[at]) & bit) == 0 ? zero : one;
                if ((to.size + 1) * 8 > to.words.length / 2 * 7) {
                    resize(to, PAGE_ENTRIES);
                }
                insert(to.words, page.words[at], page.words[at + 1]);
                to.size++;
            }
        }
        enter(zero, hash & ~bit);
        enter(one, hash | bit);
    }

    private static void resize(Page page, int entries) {
        if (entries == page.words.length / 2) {
            return;
        }
        long[] old = page.words;
        page.words = new long[2 * Math.max(entries, page.size + 1)];
        for (int at = 0; at < old.length; at += 2) {
            if (old[at + 1] != 0) {
                insert(page.words, old[at], old[at + 1]);
            }
        }
    }

    // ---- inside a page: linear probing, with no tombstones ----

    private static int home(long[] words, long key) {
        return (int) (((hash(key) & 0xFFFF_FFFFL) * (words.length / 2)) >>> 32) * 2;
    }

    private static int next(long[] words, int at) {
        return at + 2 == words.length ? 0 : at + 2;
    }

    private static int find(long[] words, long key) {
        int at = home(words, key);
        while (words[at + 1] != 0) {
            if (words[at] >>> UNIT_BITS == key >>> UNIT_BITS) {
                return at;
            }
            at = next(words, at);
        }
        return -1;
    }

    private static void insert(long[] words, long key, long location) {
        int at = home(words, key);
        while (words[at + 1] != 0) {
            at = next(words, at);
        }
        words[at] = key;
        words[at + 1] = location;
    }

    /** Empties a place and moves up what was pushed behind it. */
    private static void close(long[] words, int place) {
        int hole = place;
        for (int at = next(words, hole); words[at + 1] != 0; at = next(words, at)) {
            int home = home(words, words[at]);
            boolean stays = hole <= at ? hole < home && home <= at : hole < home || home <= at;
            if (!stays) {
                words[hole] = words[at];
                words[hole + 1] = words[at + 1];
                hole = at;
            }
        }
        words[hole] = 0;
        words[hole + 1] = 0;
    }

    /** Of seq and attempt; the first 32 bits choose the page, the last ones the place in it. */
    private static long hash(long key) {
        long h = (key >>> UNIT_BITS) * 0x9E37_79B9_7F4A_7C15L;
        h = (h ^ h >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return h ^ h >>> 32;
    }

    private static long digest(long key) {
        long h = (key ^ key >>> 31) * 0xBF58_476D_1CE4_E5B9L;
        return h ^ h >>> 29;
    }

    // ---- all of them ----

    Frozen freeze() {
        mark++;
        return new Frozen(directory.clone(), depth, size, digest);
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
    static final class Frozen {
        private final Page[] directory;
        private final int depth;
        private final long size;
        private final long digest;
        private int index;

        private Frozen(Page[] directory, int depth, long size, long digest) {
            this.directory = directory;
            this.depth = depth;
            this.size = size;
            this.digest = digest;
        }

        long size() {
            return size;
        }

        long digest() {
            return digest;
        }

        /** Visits the entries of the next pages, about {@code limit}; returns how many, 0 at the end. */
        int visit(int limit, Visitor visitor) {
            int visited = 0;
            while (index < directory.length && visited < limit) {
                visited += visit(directory[index], visitor);
                index += 1 << (depth - directory[index].depth);
            }
            return visited;
        }

        private static int visit(Page page, Visitor visitor) {
            // A page of an earlier mark is never changed, so its words are those of the moment.
            long[] words = page.words;
            int visited = 0;
            for (int at = 0; at < words.length; at += 2) {
                if (words[at + 1] != 0) {
                    visitor.note(words[at], words[at + 1]);
                    visited++;
                }
            }
            return visited;
        }
    }
}
