package dev.millrace.node.tasks;

import org.jspecify.annotations.Nullable;

/**
 * Which tasks of a queue.
 *
 * @param state
 *            only those that are in it; null: all
 * @param type
 *            only those of this type, which may be empty; null: all
 */
public record TaskFilter(@Nullable TaskState state, @Nullable String type) {
    /** All that are in this state. */
    public static TaskFilter of(@Nullable TaskState state) {
        return new TaskFilter(state, null);
    }
}
