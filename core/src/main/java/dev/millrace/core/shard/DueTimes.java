package dev.millrace.core.shard;

import java.util.Arrays;

/**
 * How late what was due got to a consumer: noted when it becomes ready, recorded when the deliveries of its batch leave.
 * If none leaves, nobody waited for it, and only the lateness of the timer counts. Owner thread only.
 */
final class DueTimes {
    private final Latencies latencies;
    private long[] dueNanos = new long[64];
    private long[] readyNanos = new long[64];
    private int size;

    DueTimes(Latencies latencies) {
        this.latencies = latencies;
    }

    void add(long due, long ready) {
        if (size == dueNanos.length) {
            dueNanos = Arrays.copyOf(dueNanos, size * 2);
            readyNanos = Arrays.copyOf(readyNanos, size * 2);
        }
        dueNanos[size] = due;
        readyNanos[size++] = ready;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void delivered(long nanos) {
        for (int i = 0; i < size; i++) {
            latencies.record(Math.max(0, nanos - dueNanos[i]));
        }
        size = 0;
    }

    void nobodyWaited() {
        for (int i = 0; i < size; i++) {
            latencies.record(Math.max(0, readyNanos[i] - dueNanos[i]));
        }
        size = 0;
    }
}
