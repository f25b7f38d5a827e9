package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/**
 * Thrown by a handler: not now, but after this delay. This is no failure, and the attempt is not counted. (Over a connection
 * to a server the attempt of a message counts.)
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
