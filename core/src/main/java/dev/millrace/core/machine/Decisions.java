package dev.millrace.core.machine;

/**
 * Tells a command that threw while it decided from one that threw while it was applied. The first has changed nothing:
 * what it had begun to write is taken back, and the shard goes on. After the second the state is in doubt.
 *
 * <p>
 * The rule is on the safe side: whatever was written since the command began, a record or an item of one, counts as being
 * applied. Open records of earlier commands that a command ends do not count once they are applied, nor does what the
 * caller has declared complete by another {@link #begin}. Owner thread only.
 */
public final class Decisions {
    private final RecordWriter out;
    private final Publisher publisher;
    private final Tracked tracked;
    private long mark;

    Decisions(RecordWriter out, Publisher publisher, Tracked tracked) {
        this.out = out;
        this.publisher = publisher;
        this.tracked = tracked;
    }

    /** A command begins, or a part of it is complete: the creation of a topic that stays whatever follows. */
    public void begin() {
        mark = out.written();
    }

    /** Takes back what the command has begun; returns whether nothing has changed since {@link #begin}. */
    public boolean takeBack() {
        if (out.written() != mark) {
            return false;
        }
        publisher.rollBack();
        tracked.rollBack();
        if (!publisher.isOpen() && !out.holdsItems()) {
            out.abandon();
        }
        return true;
    }
}
