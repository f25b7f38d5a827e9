package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/**
 * Bounds what publishes hold in memory. A publish that finds no room waits for it, in the order of the calls.
 *
 * @param bytes
 *            bodies under way at once, that is handed to the engine and not yet durable
 * @param waiting
 *            publishes that may wait for room; one more is refused at once
 * @param timeout
 *            how long one waits for room; it then fails with {@link MillraceException.PublishTimeout} and nothing of it
 *            was published
 */
public record PublishLimits(long bytes, int waiting, Duration timeout) {
    private static final PublishLimits DEFAULTS = new PublishLimits(16L << 20, 1_024, Duration.ofSeconds(10));

    public PublishLimits {
        Checks.atLeast("publishLimits.bytes", bytes, 1);
        Checks.atLeast("publishLimits.waiting", waiting, 0);
        Checks.positive("publishLimits.timeout", timeout);
    }

    /** 16 MiB under way, 1,024 waiting, each for at most 10 s. */
    public static PublishLimits defaults() {
        return DEFAULTS;
    }

    public PublishLimits bytes(long bytes) {
        return new PublishLimits(bytes, waiting, timeout);
    }

    public PublishLimits waiting(int waiting) {
        return new PublishLimits(bytes, waiting, timeout);
    }

    public PublishLimits timeout(Duration timeout) {
        return new PublishLimits(bytes, waiting, timeout);
    }
}
