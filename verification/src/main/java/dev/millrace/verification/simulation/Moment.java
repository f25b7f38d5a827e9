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
 * @param restarts
 *            how often shards had been opened by then
 */
record Moment(long order, long nanos, long forwardMillis, long restarts) {

    /**
     * The least that must have passed between this moment and a later one, so that a delay is not over too early. A
     * shard that opens takes the wall clock's word for the time it slept.
     */
    boolean isEarly(Moment later, long delayMillis) {
        long allowed = later.restarts > restarts ? later.forwardMillis - forwardMillis : 0;
        return later.nanos - nanos < (delayMillis - allowed) * 1_000_000;
    }

    @Override
    public String toString() {
        return nanos / 1_000 + " us";
    }
}
