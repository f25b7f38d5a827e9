package dev.millrace.api.task;

import dev.millrace.api.internal.Checks;

/**
 * What relates a task to others of its queue.
 *
 * @param order
 *            tasks of one key run one after the other, in the order of enqueueing; empty: none
 * @param limit
 *            tasks of one key share the limits that the queue has for keys; empty: none
 * @param unique
 *            whether a second one is taken
 * @param priority
 *            0 to 9, 9 first
 * @param id
 *            of the application's own; empty: none
 */
public record TaskKeys(String order, String limit, Unique unique, int priority, String id) {
    static final TaskKeys NONE = new TaskKeys("", "", new Unique.No(), 4, "");

    private static final int MAX_KEY = 255;

    public TaskKeys {
        key("key", order, 0);
        key("limitKey", limit, 0);
        key("id", id, 0);
        if (unique instanceof Unique.Within within) {
            key("uniqueKey", within.key(), 1);
            Checks.positive("the window of uniqueKey", within.window());
        } else if (unique instanceof Unique.UntilDone untilDone) {
            key("uniqueKey", untilDone.key(), 1);
        }
        Checks.between("priority", priority, 0, 9);
    }

    private static void key(String what, String key, int least) {
        Checks.between("the length of " + what, key.length(), least, MAX_KEY);
    }
}
