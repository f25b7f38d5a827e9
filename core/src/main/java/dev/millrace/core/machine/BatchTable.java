package dev.millrace.core.machine;

/**
 * The batches of a topic: how many members they have, and how many of them ended how. A batch has the id of the message that
 * waits for its end. Those that are over are kept for a while, so that whoever waits for the end finds the counts.
 *
 * <pre>
 *   0  id     1  seq of the message that waits     2  members added
 *   3  done   4  dead     5  cancelled             6  expired
 *   7  1: closed, 2: the message that waited is on its way, 4: it has arrived; then 1 is the id of the next one that is over
 * </pre>
 *
 * Row -1 links those that are over: 1 the first, 2 the last, 3 how many.
 *
 * <p>
 * Part of {@link Applier}: owner thread only.
 */
final class BatchTable {
    static final int ROW_WORDS = 8;
    /** How a member ended: the word that counts it. */
    static final int DONE = 3;
    static final int DEAD = 4;
    static final int CANCELLED = 5;
    static final int EXPIRED = 6;

    static final int SEQ = 1;
    static final int ADDED = 2;
    private static final int FLAGS = 7;
    private static final int CLOSED = 1;
    private static final int OVER = 2;
    private static final int ARRIVED = 4;

    /** Of those that are over; then the oldest is forgotten. */
    static final int KEPT = 1_000;
    private static final long ENDED = -1;
    private static final int FIRST = 1;
    private static final int LAST = 2;
    private static final int COUNT = 3;

    LongTable rows = new LongTable(ROW_WORDS, 0);

    void open(long id, long seq) {
        rows.put(id);
        rows.set(id, SEQ, seq);
    }

    /** All of them are called off. */
    void clear() {
        rows = new LongTable(ROW_WORDS, 0);
    }

    boolean has(long id) {
        return id != ENDED && rows.contains(id);
    }

    boolean isOpen(long id) {
        return has(id) && rows.get(id, FLAGS) == 0;
    }

    boolean isClosed(long id) {
        return rows.get(id, FLAGS) != 0;
    }

    /** A member comes; one of a batch that is gone counts nowhere. */
    void added(long id) {
        if (rows.contains(id)) {
            rows.set(id, ADDED, rows.get(id, ADDED) + 1);
        }
    }

    /** Members end; returns whether the batch is over now. */
    boolean ended(long id, int how, long count) {
        if (!rows.contains(id) || isArrived(id)) {
            return false;
        }
        rows.set(id, how, rows.get(id, how) + count);
        return isOverNow(id);
    }

    /** No member is added any more; returns whether the batch is over now. */
    boolean close(long id) {
        rows.set(id, FLAGS, rows.get(id, FLAGS) | CLOSED);
        return isOverNow(id);
    }

    private boolean isOverNow(long id) {
        boolean all = rows.get(id, FLAGS) == CLOSED && ended(id) >= rows.get(id, ADDED);
        if (all) {
            rows.set(id, FLAGS, CLOSED | OVER);
        }
        return all;
    }

    private boolean isArrived(long id) {
        return (rows.get(id, FLAGS) & ARRIVED) != 0;
    }

    /** The message that waited has arrived. */
    void arrived(long id) {
        if (!rows.contains(id)) {
            return; // all of them were called off
        }
        rows.set(id, FLAGS, CLOSED | OVER | ARRIVED);
        rows.set(id, SEQ, 0);
        rows.put(ENDED);
        if (rows.get(ENDED, COUNT) == 0) {
            rows.set(ENDED, FIRST, id);
        } else {
            rows.set(rows.get(ENDED, LAST), SEQ, id);
        }
        rows.set(ENDED, LAST, id);
        if (rows.get(ENDED, COUNT) < KEPT) {
            rows.set(ENDED, COUNT, rows.get(ENDED, COUNT) + 1);
        } else {
            long oldest = rows.get(ENDED, FIRST);
            rows.set(ENDED, FIRST, rows.get(oldest, SEQ));
            rows.remove(oldest);
        }
    }

    private long ended(long id) {
        return rows.get(id, DONE) + rows.get(id, DEAD) + rows.get(id, CANCELLED) + rows.get(id, EXPIRED);
    }

    BatchProgress progress(long id) {
        return new BatchProgress(isClosed(id), isArrived(id), rows.get(id, ADDED), rows.get(id, DONE),
                rows.get(id, DEAD),
                rows.get(id, CANCELLED), rows.get(id, EXPIRED));
    }

    /** Whether a row is that of a batch. */
    static boolean isBatch(long[] words, int at) {
        return words[at] != ENDED;
    }

    /** The same of a row. */
    static BatchProgress progress(long[] words, int at) {
        long flags = words[at + FLAGS];
        return new BatchProgress(flags != 0, (flags & ARRIVED) != 0, words[at + ADDED], words[at + DONE],
                words[at + DEAD], words[at + CANCELLED], words[at + EXPIRED]);
    }
}
