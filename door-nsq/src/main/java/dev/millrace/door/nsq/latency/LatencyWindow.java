package dev.millrace.door.nsq.latency;

import java.util.function.LongSupplier;

/** The durations of the last while: two halves, of which the older one is dropped when the younger is full of time. */
public final class LatencyWindow {
    private final long halfNanos;
    private final LongSupplier clockNanos;
    private Histogram younger = new Histogram();
    private Histogram older = new Histogram();
    private long turnedAtNanos;

    LatencyWindow(long windowNanos, LongSupplier clockNanos) {
        this.halfNanos = Math.max(1, windowNanos / 2);
        this.clockNanos = clockNanos;
        this.turnedAtNanos = clockNanos.getAsLong();
    }

    /** Thread-safe. */
    public synchronized void add(long nanos) {
        turn();
        younger.add(nanos);
    }

    synchronized void addTo(Histogram all) {
        turn();
        all.addAll(older);
        all.addAll(younger);
    }

    private void turn() {
        long passed = clockNanos.getAsLong() - turnedAtNanos;
        if (passed < halfNanos) {
            return;
        }
        Histogram free = older;
        older = younger;
        younger = free;
        younger.clear();
        if (passed >= 2 * halfNanos) {
            older.clear();
        }
        turnedAtNanos += passed / halfNanos * halfNanos;
    }
}
