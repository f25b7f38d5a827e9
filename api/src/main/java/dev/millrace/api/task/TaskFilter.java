package dev.millrace.api.task;

import java.util.Optional;

/**
 * Which tasks of a queue.
 *
 * @param state
 *            those that are in it
 * @param type
 *            of these only those of this type, which may be empty
 */
public record TaskFilter(TaskState state, Optional<String> type) {
    /** All that are in this state. */
    public static TaskFilter of(TaskState state) {
        return new TaskFilter(state, Optional.empty());
    }

    /** Of these only those of this type. */
    public TaskFilter ofType(String only) {
        return new TaskFilter(state, Optional.of(only));
    }
}
