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
 *            after so many failed attempts it is dead, 1 to 65,535
 * @param backoff
 *            delays between attempts, which the engine jitters
 * @param timeout
 *            after which an attempt is interrupted; 0: never
 * @param deadline
 *            after which no attempt runs on or begins
 * @param expiresIn
 *            it is dropped as expired when its first attempt has not begun so long after it was due; 0: never
 * @param retention
 *            how long it can be asked for after it was done; 0: not at all
 */
public record TaskOptions(int maxAttempts, Backoff backoff, Duration timeout, Optional<Instant> deadline,
        Duration expiresIn, Duration retention) {
    /** 25 attempts with delays of 15 s to 1 day; no time-out, deadline, expiry or retention. */
    public static final TaskOptions DEFAULTS = new TaskOptions(25,
            new Backoff(Duration.ofSeconds(15), Duration.ofDays(1)), Duration.ZERO, Optional.empty(), Duration.ZERO,
            Duration.ZERO);

    public TaskOptions {
        Checks.between("maxAttempts", maxAttempts, 1, 65_535);
        Checks.delay("timeout", timeout);
        Checks.delay("expiresIn", expiresIn);
        Checks.delay("retention", retention);
    }
}
