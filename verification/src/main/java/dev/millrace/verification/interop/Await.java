package dev.millrace.verification.interop;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for something that another program does. */
final class Await {
    private static final long POLL_MILLIS = 50;

    private Await() {}

    /** Something that another program brings about sooner or later. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Waits until a condition holds.
     *
     * @param what completes the sentence "timed out waiting until ..."
     * @throws AssertionError if the time is over, with what was seen last
     */
    static void until(String what, int seconds, Condition condition, Callable<?> seen) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!holds(condition)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited " + seconds + " s until " + what + "; seen last: " + seen.call());
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** A server that is not there yet answers with an exception: that is a no, not a failure. */
    private static boolean holds(Condition condition) throws Exception {
        try {
            return condition.holds();
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
