package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/**
 * Delays that double with each failed attempt.
 *
 * @param min
 *            after the first
 * @param max
 *            upper bound
 */
public record Backoff(Duration min, Duration max) {
    private static final int MAX_DOUBLINGS = 40;
    private static final int JITTER_STEPS = 1_024;

    public Backoff {
        Checks.delay("backoff.min", min);
        Checks.delay("backoff.max", max);
        Checks.ordered("backoff.min", min, "backoff.max", max);
    }

    /** The delay after this attempt, counted from 1, without jitter. */
    public Duration after(int attempt) {
        int doublings = Math.min(Math.max(0, attempt - 1), MAX_DOUBLINGS);
        long millis = min.toMillis();
        long doubled = millis << doublings;
        return doubled >>> doublings != millis || doubled > max.toMillis() ? max : Duration.ofMillis(doubled);
    }

    /**
     * The same, shortened by up to a fifth, so that messages that failed together do not come back together.
     *
     * @param seed
     *            the same one gives the same delay: a message's id
     */
    public Duration after(int attempt, long seed) {
        long millis = after(attempt).toMillis();
        long step = ((seed + attempt) * 0x9E37_79B9_7F4A_7C15L) >>> 54;
        return Duration.ofMillis(millis - millis / 5 * step / JITTER_STEPS);
    }
}
