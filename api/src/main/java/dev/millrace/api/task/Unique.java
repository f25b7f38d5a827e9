package dev.millrace.api.task;

import java.time.Duration;

/** Whether a second task with the same key is taken. */
public sealed interface Unique {
    /** Always. */
    record No() implements Unique {}

    /** Not for so long after this one was enqueued. */
    record Within(String key, Duration window) implements Unique {}

    /** Not before this one is done, dead, cancelled or expired. */
    record UntilDone(String key) implements Unique {}
}
