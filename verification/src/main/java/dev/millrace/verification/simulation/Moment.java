package dev.millrace.verification.simulation;

/**
 * When something happened.
 *
 * @param order
 *            its place among all events
 * @param nanos
 *            true time
 * @param forwardMillis
 *            how far the wall clock had been set forward by then
 * @param backwardMillis
 *            how far it had been set back
 * @param restarts
 *            how often shards had been opened by then
 */
record Moment(long order, long nanos, long forwardMillis, long backwardMillis, long restarts) {
    /** Before everything. */
    static final Moment NEVER = new Moment(0, 0, 0, 0, 0);
    /** A shard that opens leaves out the milliseconds that had begun, of both clocks. */
    private static final long LOST_PER_RESTART = 2;

    /**
     * The least that must have passed between this moment and a later one, so that a delay is not over too early. A
     * shard that opens takes the wall clock's word for the time it slept.
     */
    boolean isEarly(Moment later, long delayMillis) {
        long allowed = later.restarts > restarts ? later.forwardMillis - forwardMillis : 0;
        return later.nanos - nanos < (delayMillis - allowed) * 1_000_000;
    }

    /**
     * Whether a delay that began at this moment at the latest is over for certain. A shard that opens does not see the
     * time by which the wall clock was set back.
     */
    boolean isOver(Moment later, long delayMillis) {
        long opened = later.restarts - restarts;
        long lost = opened > 0 ? later.backwardMillis - backwardMillis + LOST_PER_RESTART * opened : 0;
        return later.nanos - nanos >= (delayMillis + 1 + lost) * 1_000_000;
    }

    @Override
    public String toString() {
        return nanos / 1_000 + " us";
    }
}
