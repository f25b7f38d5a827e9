package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which threads of a pool are running and what: a table in which a thread's place follows from its number, so that entering
 * is one compare-and-set and leaving one store, and two threads seldom touch the same line of memory.
 *
 * <p>
 * When the few places of a thread are taken, a table of twice the size is put before the others, which are used no more
 * as they empty. Numbers of threads rise one by one, so a table a few times larger than what runs at a time is enough.
 *
 * <p>
 * Thread safety: all methods may be called from any thread; a thread is added and removed once.
 */
final class Roster {
    private static final int FIRST_PLACES = 256;
    private static final int PROBES = 8;
    /** Threads that follow each other are further apart than a line of memory. */
    private static final int STRIDE = 17;

    /** A thread's body, which is also its entry here. */
    abstract static class Run implements Runnable {
        private @Nullable Thread thread;
        private @Nullable Table table;
        private int place;

        /** What the thread does, for {@link Roster#forEach}. */
        abstract Object shown();
    }

    private static final class Table {
        final AtomicReferenceArray<@Nullable Run> places;
        final @Nullable Table before;

        Table(int size, @Nullable Table before) {
            places = new AtomicReferenceArray<>(size);
            this.before = before;
        }

        int placeOf(Thread thread, int probe) {
            return ((int) thread.threadId() * STRIDE + probe) & (places.length() - 1);
        }
    }

    private volatile Table top = new Table(FIRST_PLACES, null);

    /** Adds a thread that has not started yet; the entry is visible to it when it has. */
    void add(Thread thread, Run run) {
        run.thread = thread;
        while (true) {
            Table table = top;
            run.table = table;
            for (int probe = 0; probe < PROBES; probe++) {
                int place = table.placeOf(thread, probe);
                run.place = place;
                if (table.places.getPlain(place) == null && table.places.compareAndSet(place, null, run)) {
                    return;
                }
            }
            grow(table);
        }
    }

    @SuppressWarnings("ReferenceEquality") // tables are not compared by what is in them
    private synchronized void grow(Table full) {
        if (top == full) {
            top = new Table(full.places.length() * 2, full);
        }
    }

    /** Removes an entry that was added; only its thread does that, or nobody else if it was not started. */
    void remove(Run run) {
        requireNonNull(run.table).places.setRelease(run.place, null);
    }

    boolean contains(Thread thread) {
        for (Table table = top; table != null; table = table.before) {
            for (int probe = 0; probe < PROBES; probe++) {
                Run run = table.places.get(table.placeOf(thread, probe));
                if (run != null && thread.equals(run.thread)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Shows every thread that is there all the time, and perhaps others that come or go meanwhile. */
    void forEach(BiConsumer<Thread, Object> visitor) {
        for (Table table = top; table != null; table = table.before) {
            for (int place = 0; place < table.places.length(); place++) {
                Run run = table.places.get(place);
                if (run != null) {
                    visitor.accept(requireNonNull(run.thread), run.shown());
                }
            }
        }
    }
}
