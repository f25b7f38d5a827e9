package dev.millrace.node;

import java.time.Duration;

/**
 * What the engine does when an attempt fails without saying how to go on (its lease ended).
 *
 * @param maxAttempts
 *            after so many attempts the message is dead; 0: never, the client decides
 * @param minBackoff
 *            delay after the first failed attempt; doubles with each
 * @param maxBackoff
 *            upper bound of the delay
 * @param jitterPercent
 *            0..100: each delay is shorter by up to so much of it, so that what failed together does not come back
 *            together; task queues always have 25
 */
public record RetryPolicy(int maxAttempts, Duration minBackoff, Duration maxBackoff, int jitterPercent) {
    /** No limit and no delay: clients decide. */
    public static final RetryPolicy NONE = new RetryPolicy(0, Duration.ZERO, Duration.ZERO);

    public RetryPolicy {
        if (maxAttempts < 0 || maxAttempts > 65_535) {
            throw new IllegalArgumentException("maxAttempts must be 0..65535, not " + maxAttempts);
        }
        if (minBackoff.isNegative() || maxBackoff.compareTo(minBackoff) < 0) {
            throw new IllegalArgumentException("backoff must satisfy 0 <= min <= max");
        }
        if (jitterPercent < 0 || jitterPercent > 100) {
            throw new IllegalArgumentException("jitterPercent must be 0..100, not " + jitterPercent);
        }
    }

    /** Without jitter. */
    public RetryPolicy(int maxAttempts, Duration minBackoff, Duration maxBackoff) {
        this(maxAttempts, minBackoff, maxBackoff, 0);
    }
}
