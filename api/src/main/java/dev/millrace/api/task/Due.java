package dev.millrace.api.task;

import java.time.Duration;
import java.time.Instant;

/** When a task may start. Never early by the clock that it names. */
public sealed interface Due {
    /**
     * So long after it was taken, by a clock that never jumps; 0 is at once.
     *
     * @param delay
     *            0 to 100 years
     */
    record In(Duration delay) implements Due {}

    /**
     * At this instant; at once if it is past. By the engine's wall clock: when that is set, or its machine was suspended,
     * the task follows. What was due once stays so.
     */
    record At(Instant instant) implements Due {}
}
