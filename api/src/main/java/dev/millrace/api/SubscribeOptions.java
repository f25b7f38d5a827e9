package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/**
 * How a subscription works.
 *
 * @param concurrency
 *            handlers that run at once
 * @param credit
 *            messages held at once, running or waiting for a handler; 0 is as many as {@code concurrency}. More than that
 *            is faster when handlers are short, and keeps messages from other subscribers when they are long
 * @param lease
 *            how long a message is kept from others if this process dies without a word; it is extended while the handler
 *            runs. At least 100 ms
 * @param timeout
 *            after which a handler is interrupted and its lease no longer extended; 0 is never
 * @param backoff
 *            delays after failed attempts
 * @param drain
 *            how long {@link Subscription#close()} waits for running handlers
 */
public record SubscribeOptions(int concurrency, int credit, Duration lease, Duration timeout, Backoff backoff,
        Duration drain) {
    private static final SubscribeOptions DEFAULTS = new SubscribeOptions(1, 0, Duration.ofSeconds(30), Duration.ZERO,
            new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(10)), Duration.ofSeconds(10));

    public SubscribeOptions {
        Checks.between("concurrency", concurrency, 1, 100_000);
        if (credit != 0) {
            Checks.between("credit", credit, concurrency, 1_000_000);
        }
        Checks.lease("lease", lease);
        Checks.delay("timeout", timeout);
        Checks.delay("drain", drain);
    }

    /** One handler at a time, a lease of 30 s, no time-out, delays of 1 s to 10 minutes, 10 s to drain. */
    public static SubscribeOptions defaults() {
        return DEFAULTS;
    }

    /** Also raises a smaller {@code credit} that was given. */
    public SubscribeOptions concurrency(int concurrency) {
        return new SubscribeOptions(concurrency, credit == 0 ? 0 : Math.max(credit, concurrency), lease, timeout,
                backoff, drain);
    }

    public SubscribeOptions credit(int credit) {
        return new SubscribeOptions(concurrency, credit, lease, timeout, backoff, drain);
    }

    public SubscribeOptions lease(Duration lease) {
        return new SubscribeOptions(concurrency, credit, lease, timeout, backoff, drain);
    }

    public SubscribeOptions timeout(Duration timeout) {
        return new SubscribeOptions(concurrency, credit, lease, timeout, backoff, drain);
    }

    public SubscribeOptions backoff(Duration min, Duration max) {
        return new SubscribeOptions(concurrency, credit, lease, timeout, new Backoff(min, max), drain);
    }

    public SubscribeOptions drain(Duration drain) {
        return new SubscribeOptions(concurrency, credit, lease, timeout, backoff, drain);
    }
}
