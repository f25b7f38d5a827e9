package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/**
 * Thrown by a handler: not now, but after this delay. For a task this is no failure and no attempt is used up. A message
 * is given back with that delay; its attempt counts, as every delivery of a message does.
 */
public final class Snooze extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Duration delay;

    public Snooze(Duration delay) {
        this(delay, "snoozed");
    }

    public Snooze(Duration delay, String reason) {
        super(reason);
        this.delay = Checks.delay("delay", delay);
    }

    public Duration delay() {
        return delay;
    }
}
