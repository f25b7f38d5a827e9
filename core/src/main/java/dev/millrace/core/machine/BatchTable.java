package dev.millrace.core.machine;

/**
 * The batches of a topic that are not over: how many members they have, and how many of them ended how. A batch has the id
 * of the message that waits for its end.
 *
 * <pre>
 *   0  id     1  seq of the message that waits     2  members added
 *   3  done   4  dead     5  cancelled             6  expired
 *   7  1: closed, 2: the message that waited is on its way
 * </pre>
 *
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

    LongTable rows = new LongTable(ROW_WORDS, 0);

    void open(long id, long seq) {
        rows.put(id);
        rows.set(id, SEQ, seq);
    }

    /** All of them are called off. */
    void clear() {
        rows = new LongTable(ROW_WORDS, 0);
    }

    boolean isOpen(long id) {
        return rows.contains(id) && rows.get(id, FLAGS) == 0;
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
        if (!rows.contains(id)) {
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

    private long ended(long id) {
        return rows.get(id, DONE) + rows.get(id, DEAD) + rows.get(id, CANCELLED) + rows.get(id, EXPIRED);
    }

    BatchProgress progress(long id) {
        return new BatchProgress(isClosed(id), rows.get(id, ADDED), rows.get(id, DONE), rows.get(id, DEAD),
                rows.get(id, CANCELLED), rows.get(id, EXPIRED));
    }
}
