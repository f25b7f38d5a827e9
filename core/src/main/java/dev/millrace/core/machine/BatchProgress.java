package dev.millrace.core.machine;

/**
 * How far a batch is.
 *
 * @param closed
 *            no more members can be added
 * @param over
 *            the message that waited for its end has been delivered
 * @param added
 *            members so far
 * @param done
 *            of them succeeded
 * @param dead
 *            were given up
 * @param cancelled
 *            were cancelled or purged, or their chain ended because a step was a duplicate
 * @param expired
 *            expired
 */
public record BatchProgress(boolean closed, boolean over, long added, long done, long dead, long cancelled,
        long expired) {
    /** Members that are over. */
    public long ended() {
        return done + dead + cancelled + expired;
    }
}
