package dev.millrace.api.task;

import dev.millrace.api.Backoff;
import dev.millrace.api.internal.Checks;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How a task is tried and kept.
 *
 * @param maxAttempts
 *            after so many failed attempts it is dead, up to 65,535; 0: as its queue says
 * @param backoff
 *            delays between attempts, which the engine jitters; empty: as its queue says
 * @param timeout
 *            after which an attempt is interrupted; 0: never
 * @param deadline
 *            after which no attempt runs on or begins
 * @param expiresIn
 *            it is gone, and counted as expired, so long after it was enqueued unless it is done; what runs then may end; 0:
 *            never
 * @param retention
 *            how long it can be asked for after it was done; 0: not at all
 */
public record TaskOptions(int maxAttempts, Optional<Backoff> backoff, Duration timeout, Optional<Instant> deadline,
        Duration expiresIn, Duration retention) {
    /**
     * Attempts and delays as the queue says, which are 25 with delays of 15 s to 6 h unless its group {@code workers} was
     * given another {@link dev.millrace.api.RetryPolicy}; no time-out, deadline, expiry or retention.
     */
    public static final TaskOptions DEFAULTS = new TaskOptions(0, Optional.empty(), Duration.ZERO, Optional.empty(),
            Duration.ZERO, Duration.ZERO);

    public TaskOptions {
        Checks.between("maxAttempts", maxAttempts, 0, 65_535);
        Checks.delay("timeout", timeout);
        Checks.delay("expiresIn", expiresIn);
        Checks.delay("retention", retention);
    }
}
