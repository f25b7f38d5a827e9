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
 */
public record RetryPolicy(int maxAttempts, Duration minBackoff, Duration maxBackoff) {
    public RetryPolicy {
        Checks.between("maxAttempts", maxAttempts, 0, 65_535);
        Checks.delay("minBackoff", minBackoff);
        Checks.delay("maxBackoff", maxBackoff);
        Checks.ordered("minBackoff", minBackoff, "maxBackoff", maxBackoff);
    }

    /** Dead after so many attempts; the delay is 1 s and doubles up to 10 minutes. */
    public static RetryPolicy ofAttempts(int maxAttempts) {
        return new RetryPolicy(maxAttempts, Duration.ofSeconds(1), Duration.ofMinutes(10));
    }
}
