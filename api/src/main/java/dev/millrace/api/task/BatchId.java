package dev.millrace.api.task;

import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.internal.Checks;

/**
 * Names a batch, wherever it is handed to: {@link dev.millrace.api.Millrace#batch} makes it one that can be used,
 * {@link Task#inBatch} adds a task to it. As a text it is {@code summaries/0123456789abcdef}.
 *
 * @param queue
 *            of the task that is enqueued when the batch is over
 * @param id
 *            of the task that waits for it there; that which is enqueued has another one
 */
public record BatchId(String queue, MessageId id) {
    public BatchId {
        Checks.name("queue", queue);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws MillraceException.Invalid
     *             when it is not a queue, a slash and an id
     */
    public static BatchId of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new MillraceException.Invalid("'" + text
                    + "' is no batch id: it is the name of a queue, a slash and 16 hex digits");
        }
        return new BatchId(text.substring(0, slash), MessageId.of(text.substring(slash + 1)));
    }

    @Override
    public String toString() {
        return queue + "/" + id;
    }
}
