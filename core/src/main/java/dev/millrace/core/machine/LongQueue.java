package dev.millrace.core.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * First in, first out, of longs; pages are never written twice, so a frozen view costs a copy of the page directory.
 *
 * <p>
 * Thread safety: none, but for reading a {@link Frozen} view.
 */
final class LongQueue {
    private static final int PAGE_LONGS = 512;
    private static final long[] NONE = new long[0];

    private long[] @Nullable [] pages = new long[0][];
    /** Number of the first page held. */
    private long firstPage;
    private long head;
    private long tail;

    /** What the queue held at one moment. */
    static final class Frozen {
        private final long[] @Nullable [] pages;
        private final long firstPage;
        private final long head;
        private final long tail;

        private Frozen(long[] @Nullable [] pages, long firstPage, long head, long tail) {
            this.pages = pages;
            this.firstPage = firstPage;
            this.head = head;
            this.tail = tail;
        }

        long size() {
            return tail - head;
        }

        long get(long index) {
            long at = head + index;
            long[] page = pages[(int) (at / PAGE_LONGS - firstPage)];
            return page == null ? 0 : page[(int) (at % PAGE_LONGS)];
        }
    }

    long size() {
        return tail - head;
    }

    boolean isEmpty() {
        return tail == head;
    }

    void add(long value) {
        int page = (int) (tail / PAGE_LONGS - firstPage);
        int offset = (int) (tail % PAGE_LONGS);
        if (page >= pages.length) {
            makeRoom();
            page = (int) (tail / PAGE_LONGS - firstPage);
        }
        long[] longs = pages[page];
        if (longs == null || offset >= longs.length) {
            longs = grow(longs, offset);
            pages[page] = longs;
        }
        longs[offset] = value;
        tail++;
    }

    long peek() {
        long[] page = pages[(int) (head / PAGE_LONGS - firstPage)];
        return page == null ? 0 : page[(int) (head % PAGE_LONGS)];
    }

    long remove() {
        if (isEmpty()) {
            throw new IllegalStateException("the queue is empty");
        }
        long value = peek();
        head++;
        if (head % PAGE_LONGS == 0) {
            pages[(int) (head / PAGE_LONGS - 1 - firstPage)] = null;
        }
        return value;
    }

    void clear() {
        pages = new long[0][];
        head = tail;
        firstPage = head / PAGE_LONGS;
    }

    Frozen freeze() {
        return new Frozen(pages.clone(), firstPage, head, tail);
    }

    private void makeRoom() {
        int dead = (int) (head / PAGE_LONGS - firstPage);
        int used = pages.length - dead;
        long[] @Nullable [] room = new long[Math.max(1, used < pages.length / 2 ? pages.length : pages.length * 2)][];
        System.arraycopy(pages, dead, room, 0, used);
        pages = room;
        firstPage += dead;
    }

    private static long[] grow(long @Nullable [] page, int offset) {
        int length = Math.min(PAGE_LONGS, Math.max(4, Integer.highestOneBit(Math.max(1, offset)) * 2));
        return Arrays.copyOf(page == null ? NONE : page, length);
    }
}
