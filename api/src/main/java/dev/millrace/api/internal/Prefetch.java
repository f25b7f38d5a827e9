package dev.millrace.api.internal;

import java.util.concurrent.TimeUnit;

/**
 * How many tasks a worker holds beyond those that its handlers run: about as many as they start within {@link #WINDOW_NANOS},
 * which hides the way to the engine and back, the sync of results included. The time that handlers take says how many they
 * could start, what they ended in the last window how many they do; the smaller one counts, so that a worker whose handlers are
 * slow, or stuck for the most part, holds nothing back that another one could run.
 *
 * <p>
 * Guarded by the lock of the work loop.
 */
final class Prefetch {
    /** What is measured over, and about how long a task waits for a handler. */
    static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    /** What has waited longer is given back when somebody looks, every half of it. */
    static final long PATIENCE_MILLIS = 100;
    /** Of the moving average, as a shift. */
    private static final int SMOOTHING = 4;

    private final int handlers;
    private final int most;
    private int ahead;
    private long meanNanos;
    private long windowStart;
    private int ended;
    private boolean measured;
    /** Since the last {@link #isIdle}. */
    private boolean quiet = true;

    /** With this many handlers; {@code most} is what the user allows, 0: nothing is held ahead. */
    Prefetch(int handlers, int most) {
        this.handlers = handlers;
        this.most = most;
    }

    /** Tasks to hold beyond those that run. */
    int ahead() {
        return ahead;
    }

    /** A handler was at work from the one instant to the other; returns whether {@link #ahead} has changed. */
    boolean ended(long startNanos, long endNanos) {
        if (most == 0) {
            return false;
        }
        long took = Math.max(endNanos - startNanos, 1);
        quiet = false;
        if (!measured) {
            measured = true;
            meanNanos = took;
            windowStart = startNanos;
        }
        meanNanos += (took - meanNanos) >> SMOOTHING;
        ended++;
        long window = endNanos - windowStart;
        if (window < WINDOW_NANOS) {
            return false;
        }
        long could = handlers * WINDOW_NANOS / Math.max(meanNanos, 1);
        long does = 2L * ended * WINDOW_NANOS / window;
        windowStart = endNanos;
        ended = 0;
        return set((int) Math.min(most, Math.min(could, does)));
    }

    /** Small changes are not worth a word to the engine. */
    private boolean set(int wanted) {
        int change = Math.abs(wanted - ahead);
        if (change == 0 || (wanted > 0 && change <= ahead / 4)) {
            return false;
        }
        ahead = wanted;
        return true;
    }

    /** Handlers take longer than they did: nothing is held ahead until they have been fast again for a while. */
    boolean stop() {
        meanNanos = Math.max(meanNanos, 2L * handlers * WINDOW_NANOS);
        ended = 0;
        return set(0);
    }

    /** Whether no handler has ended since the last call. */
    boolean isIdle() {
        boolean idle = quiet;
        quiet = true;
        return idle;
    }
}
