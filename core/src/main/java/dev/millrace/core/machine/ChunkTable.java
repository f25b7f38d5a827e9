package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;
import java.util.Arrays;

/**
 * Where a topic's messages stand in the log: one entry per chunk, which is the messages of one topic in one batch.
 *
 * <p>
 * A topic numbers its messages in the order in which they join it (the sequence). A chunk covers {@code count} of them
 * from {@code firstSeq} on; chunks have ascending ordinals and sequences. An entry is four longs:
 *
 * <pre>
 *   firstSeq (48) | count (16)    location (64)    units (32) | pending (32)    firstId (64), 0: not known
 * </pre>
 *
 * {@code units} is the chunk's length in the log in steps of 64 bytes. {@code pending} counts deliveries under way: for
 * each group, each message that is leased, waiting for a retry, given back or dead. A chunk that every group has passed
 * and that has nothing pending is released; a page of released chunks is dropped, so that one stuck message keeps one
 * page and not everything behind it.
 *
 * <p>
 * Thread safety: none; see {@link PagedLongs}.
 */
final class ChunkTable {
    private static final int WORDS = 4;
    private static final int PER_PAGE = PagedLongs.PAGE_LONGS / WORDS;
    /** Value of the location of a chunk that was released. */
    static final long RELEASED = -1L;

    private final PagedLongs words = new PagedLongs();
    /** First sequence of each page, for searching; Long.MAX_VALUE where no chunk stands yet. */
    private long[] pageFirstSeq = new long[1];
    /** First id of each page, for searching in topics whose ids rise with their sequences. */
    private long[] pageFirstId = new long[1];
    private int[] liveInPage = new int[1];
    private int size;

    /** Appends a chunk; returns its ordinal. */
    int add(long firstSeq, int count, long location, int units, long firstId) {
        int ordinal = size++;
        int page = ordinal / PER_PAGE;
        growTo(page);
        if (ordinal % PER_PAGE == 0) {
            pageFirstSeq[page] = firstSeq;
            pageFirstId[page] = firstId;
        }
        liveInPage[page]++;
        long at = (long) ordinal * WORDS;
        words.set(at + 2, (long) units << 32);
        words.set(at, firstSeq << 16 | count);
        words.set(at + 1, location);
        words.set(at + 3, firstId);
        return ordinal;
    }

    /** Loads a chunk as it was saved; ordinals come in ascending order, those left out were released. */
    void restore(int ordinal, long range, long location, long use, long firstId) {
        skipTo(ordinal, range >>> 16, firstId);
        add(range >>> 16, (int) range & 0xFFFF, location, (int) (use >>> 32), firstId);
        words.set((long) ordinal * WORDS + 2, use);
    }

    /**
     * For loading: the next chunk gets this ordinal; those skipped count as released. They take the first sequence of
     * the next live chunk, and its id, so that searching never ends at one of them.
     */
    void skipTo(int ordinal, long nextFirstSeq, long nextFirstId) {
        while (size < ordinal) {
            int page = size / PER_PAGE;
            growTo(page);
            if (size % PER_PAGE == 0) {
                pageFirstSeq[page] = nextFirstSeq;
                pageFirstId[page] = nextFirstId;
            }
            if (size % PER_PAGE == 0 && ordinal >= size + PER_PAGE) {
                size += PER_PAGE;
            } else {
                long at = (long) size * WORDS;
                words.set(at, nextFirstSeq << 16);
                words.set(at + 1, RELEASED);
                words.set(at + 3, nextFirstId);
                size++;
            }
        }
    }

    private void growTo(int page) {
        if (page >= pageFirstSeq.length) {
            pageFirstSeq = Arrays.copyOf(pageFirstSeq, Math.max(page + 1, page * 2));
            pageFirstId = Arrays.copyOf(pageFirstId, pageFirstSeq.length);
            liveInPage = Arrays.copyOf(liveInPage, pageFirstSeq.length);
        }
    }

    /** Ordinals ever given. */
    int size() {
        return size;
    }

    /** Whether the chunk still has its entry. */
    boolean isLive(int ordinal) {
        return ordinal < size && words.holds(ordinal / PER_PAGE) && location(ordinal) != RELEASED;
    }

    long firstSeq(int ordinal) {
        return words.get((long) ordinal * WORDS) >>> 16;
    }

    int count(int ordinal) {
        return (int) words.get((long) ordinal * WORDS) & 0xFFFF;
    }

    long location(int ordinal) {
        return words.get((long) ordinal * WORDS + 1);
    }

    void location(int ordinal, long location, int units) {
        long at = (long) ordinal * WORDS;
        words.set(at + 1, location);
        words.set(at + 2, ((long) units << 32) | (words.get(at + 2) & 0xFFFF_FFFFL));
    }

    long firstId(int ordinal) {
        return words.get((long) ordinal * WORDS + 3);
    }

    int units(int ordinal) {
        return (int) (words.get((long) ordinal * WORDS + 2) >>> 32);
    }

    int pending(int ordinal) {
        return (int) words.get((long) ordinal * WORDS + 2);
    }

    /** Changes the pending count and returns it. */
    int addPending(int ordinal, int change) {
        long at = (long) ordinal * WORDS + 2;
        long word = words.get(at);
        int pending = (int) word + change;
        if (pending < 0) {
            throw new IllegalStateException("chunk " + ordinal + " has " + pending + " pending deliveries");
        }
        words.set(at, (word & 0xFFFF_FFFF_0000_0000L) | pending);
        return pending;
    }

    /** Forgets where the chunk is; drops its page when it was the last one there. */
    void release(int ordinal) {
        words.set((long) ordinal * WORDS + 1, RELEASED);
        int page = ordinal / PER_PAGE;
        if (--liveInPage[page] == 0 && (page + 1) * PER_PAGE <= size) {
            words.drop(page);
        }
    }

    /** Ordinal of the next chunk at or after {@code ordinal} that may be live; skips dropped pages in one step. */
    int skipDropped(int ordinal) {
        int next = ordinal;
        while (next < size && next % PER_PAGE == 0 && !words.holds(next / PER_PAGE)) {
            next += PER_PAGE;
        }
        return Math.min(next, size);
    }

    /**
     * The sequence of the message with this id, -1 when no live chunk holds it. Only where ids rise with sequences, but
     * for chunks that were there before and are older than every id that is looked for.
     */
    long seqOf(long id) {
        int low = size == 0 ? -1 : ordinalOf(id);
        if (low < 0) {
            return -1;
        }
        long steps = Ids.counter(id) - Ids.counter(firstId(low));
        boolean holds = isLive(low) && steps >= 0 && steps < count(low) && Ids.plus(firstId(low), (int) steps) == id;
        return holds ? firstSeq(low) + steps : -1;
    }

    /** The last chunk whose first id is not above this one, -1 when its page was dropped. */
    private int ordinalOf(long id) {
        int page = search(pageFirstId, id);
        if (!words.holds(page)) {
            return -1;
        }
        int low = page * PER_PAGE;
        int high = Math.min(size, low + PER_PAGE) - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstId(middle) <= id) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The first chunk that may hold ids above this one. */
    int ordinalAfter(long id) {
        if (id <= 0 || size == 0) {
            return 0;
        }
        int ordinal = ordinalOf(id);
        return ordinal >= 0 ? ordinal : search(pageFirstId, id) * PER_PAGE;
    }

    /** The first sequence from this chunk on whose id is above this one. */
    long seqAfter(int ordinal, long id) {
        if (!isLive(ordinal) || id < firstId(ordinal)) {
            return words.holds(ordinal / PER_PAGE) ? firstSeq(ordinal) : 0;
        }
        return firstSeq(ordinal) + Ids.counter(id) - Ids.counter(firstId(ordinal)) + 1;
    }

    /** The chunk that holds this sequence; it must be live. */
    int find(long seq) {
        int page = search(pageFirstSeq, seq);
        int low = page * PER_PAGE;
        int high = Math.min(size, low + PER_PAGE) - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstSeq(middle) <= seq) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The last page whose first value is not above this one. */
    private int search(long[] firsts, long value) {
        int low = 0;
        int high = (size - 1) / PER_PAGE;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firsts[middle] <= value) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Consistent copy for a snapshot. */
    Frozen freeze() {
        return new Frozen(words.freeze(), size);
    }

    long memoryBytes() {
        return words.memoryBytes() + 20L * pageFirstSeq.length;
    }

    /** The table as it was at one moment; readable from any thread. */
    static final class Frozen {
        private final PagedLongs.Frozen words;
        private final int size;

        private Frozen(PagedLongs.Frozen words, int size) {
            this.words = words;
            this.size = size;
        }

        int size() {
            return size;
        }

        /** Whether the chunk was live; a chunk always has a count above 0, a dropped page reads as 0. */
        boolean isLive(int ordinal) {
            long at = (long) ordinal * WORDS;
            return words.get(at + 1) != RELEASED && (words.get(at) & 0xFFFF) != 0;
        }

        /** The ordinal after this one, dropped pages skipped. */
        int next(int ordinal) {
            int next = ordinal + 1;
            while (next < size && next % PER_PAGE == 0 && !words.holds(next / PER_PAGE)) {
                next += PER_PAGE;
            }
            return Math.min(next, size);
        }

        long range(int ordinal) {
            return words.get((long) ordinal * WORDS);
        }

        long location(int ordinal) {
            return words.get((long) ordinal * WORDS + 1);
        }

        long use(int ordinal) {
            return words.get((long) ordinal * WORDS + 2);
        }

        long firstId(int ordinal) {
            return words.get((long) ordinal * WORDS + 3);
        }
    }
}
