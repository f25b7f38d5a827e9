package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/**
 * What the engine does for a group when an attempt fails.
 *
 * @param maxAttempts
 *            after so many failed attempts the message is dead; 0: never. At most 65,535
 * @param minBackoff
 *            delay after a first attempt whose lease ended without an answer; doubles with each
 * @param maxBackoff
 *            upper bound of that delay
 * @param jitterPercent
 *            0 to 100: each delay is shorter by up to so much of it, so that what failed together does not come back
 *            together
 */
public record RetryPolicy(int maxAttempts, Duration minBackoff, Duration maxBackoff, int jitterPercent) {
    public RetryPolicy {
        Checks.between("maxAttempts", maxAttempts, 0, 65_535);
        Checks.delay("minBackoff", minBackoff);
        Checks.delay("maxBackoff", maxBackoff);
        Checks.ordered("minBackoff", minBackoff, "maxBackoff", maxBackoff);
        Checks.between("jitterPercent", jitterPercent, 0, 100);
    }

    /** Without jitter. */
    public RetryPolicy(int maxAttempts, Duration minBackoff, Duration maxBackoff) {
        this(maxAttempts, minBackoff, maxBackoff, 0);
    }

    /** Dead after so many attempts; the delay is 1 s and doubles up to 10 minutes. */
    public static RetryPolicy ofAttempts(int maxAttempts) {
        return new RetryPolicy(maxAttempts, Duration.ofSeconds(1), Duration.ofMinutes(10));
    }
}
