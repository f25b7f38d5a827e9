package dev.millrace.node.tasks;

import java.util.List;

/**
 * Groups of a queue whose tasks wait to be delivered as one, in an order of the engine's own.
 *
 * @param next
 *            where the next page begins, to be asked with as {@code after}; 0: this is the last one
 */
public record GroupPage(List<Waiting> groups, long next) {
    /**
     * The tasks of one group.
     *
     * @param group
     *            their key
     * @param size
     *            how many
     * @param sinceMillis
     *            wall time when the first came
     */
    public record Waiting(String group, long size, long sinceMillis) {}
}
