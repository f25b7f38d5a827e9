package dev.millrace.core.machine;

/**
 * What a group does with a message whose attempt failed.
 *
 * @param maxAttempts
 *            after so many it is dead; 0: never
 * @param minMillis
 *            delay after the first failed attempt; doubles with each
 * @param maxMillis
 *            upper bound of the delay
 * @param jitterPercent
 *            0..100: the delay is shorter by up to so much of it, by a hash of the message and the attempt
 */
public record Backoff(int maxAttempts, long minMillis, long maxMillis, int jitterPercent) {
    /** Without jitter. */
    public Backoff(int maxAttempts, long minMillis, long maxMillis) {
        this(maxAttempts, minMillis, maxMillis, 0);
    }

    /** What held before it could be set: a quarter in tracked topics, nothing in others. */
    static int jitterBeforeFormat4(Topic topic) {
        return topic.tracked() ? 25 : 0;
    }
}
