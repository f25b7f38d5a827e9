package dev.millrace.core.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A growing array of longs in pages of 64 KiB, of which a consistent copy can be taken in the time of a directory copy.
 *
 * <p>
 * {@link #freeze} marks all pages and returns a view of them; before the owner's first change to a marked page the page
 * is copied, so that the view never changes and another thread may read it. Growing never copies what is there, except
 * for the first page, which starts small because most topics stay small.
 *
 * <p>
 * Thread safety: none, but for reading a {@link Frozen} view.
 */
final class PagedLongs {
    static final int PAGE_BITS = 13;
    static final int PAGE_LONGS = 1 << PAGE_BITS;
    private static final int PAGE_MASK = PAGE_LONGS - 1;
    private static final int FIRST_PAGE_LONGS = 16;

    private long[] @Nullable [] pages = new long[1][];
    private int[] marks = new int[1];
    private int mark;

    /** An unchanging copy of the array as it was; indexes of dropped pages read as 0. */
    static final class Frozen {
        private final long[] @Nullable [] pages;

        private Frozen(long[] @Nullable [] pages) {
            this.pages = pages;
        }

        long get(long index) {
            int page = (int) (index >>> PAGE_BITS);
            long[] longs = page < pages.length ? pages[page] : null;
            int offset = (int) index & PAGE_MASK;
            return longs == null || offset >= longs.length ? 0 : longs[offset];
        }

        boolean holds(int page) {
            return page < pages.length && pages[page] != null;
        }
    }

    long get(long index) {
        long[] page = pages[(int) (index >>> PAGE_BITS)];
        if (page == null) {
            throw new IllegalStateException("index " + index + " was dropped");
        }
        return page[(int) index & PAGE_MASK];
    }

    void set(long index, long value) {
        int number = (int) (index >>> PAGE_BITS);
        long[] page = number < pages.length ? pages[number] : null;
        int offset = (int) index & PAGE_MASK;
        if (page == null || marks[number] != mark || offset >= page.length) {
            page = own(number, offset);
        }
        page[offset] = value;
    }

    /** Gives the page back to the heap; frozen views keep theirs. */
    void drop(int page) {
        if (page < pages.length) {
            pages[page] = null;
        }
    }

    boolean holds(int page) {
        return page < pages.length && pages[page] != null;
    }

    Frozen freeze() {
        mark++;
        return new Frozen(pages.clone());
    }

    /** Heap bytes of the pages. */
    long memoryBytes() {
        long bytes = 16L + 12L * pages.length;
        for (long[] page : pages) {
            if (page != null) {
                bytes += 16 + 8L * page.length;
            }
        }
        return bytes;
    }

    private long[] own(int number, int offset) {
        if (number >= pages.length) {
            int length = Math.max(number + 1, pages.length * 2);
            pages = Arrays.copyOf(pages, length);
            marks = Arrays.copyOf(marks, length);
        }
        long[] old = pages[number];
        int length = old == null ? 0 : old.length;
        if (offset >= length) {
            length = number == 0 ? Math.min(PAGE_LONGS, Math.max(FIRST_PAGE_LONGS, Integer.highestOneBit(offset) * 2))
                    : PAGE_LONGS;
        }
        long[] page = old == null ? new long[length] : Arrays.copyOf(old, length);
        pages[number] = page;
        marks[number] = mark;
        return page;
    }
}
