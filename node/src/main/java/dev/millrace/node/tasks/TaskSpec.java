package dev.millrace.node.tasks;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A task to be enqueued. Texts that are empty and numbers that are 0 are not set.
 *
 * @param type
 *            what a worker's handler is chosen by; at most 255 bytes
 * @param payload
 *            read by absolute index or duplicated, never changed; may be empty
 * @param headers
 *            at most 32 KiB together with all other texts
 * @param keys
 *            what relates it to other tasks
 * @param terms
 *            when and how often it is tried
 */
public record TaskSpec(String type, ByteBuffer payload, Map<String, String> headers, Keys keys, Terms terms) {

    /**
     * What relates a task to others of its queue.
     *
     * @param order
     *            tasks of one key run one after the other
     * @param limit
     *            tasks of one key count together against the queue's limits
     * @param unique
     *            a second task with this key is a duplicate while the first holds it
     * @param uniqueMillis
     *            how long it is held; 0: no window by time, and then until it is done
     * @param untilDone
     *            it is also held until its task is done, dead or cancelled
     * @param priority
     *            0..9, 9 first
     */
    public record Keys(String order, String limit, String unique, long uniqueMillis, boolean untilDone, int priority) {
        public static final Keys NONE = new Keys("", "", "", 0, false, 4);
    }

    /**
     * When and how often a task is tried.
     *
     * @param delayMillis
     *            not delivered before so long from now
     * @param expiresMillis
     *            gone so long from now unless it is done
     * @param maxAttempts
     *            then it is dead; 0: as the queue says
     * @param backoff
     *            between attempts
     * @param timeoutMillis
     *            what an attempt may take; workers see to it
     * @param deadlineMillis
     *            wall time after which no attempt is worth while; workers see to it
     * @param retentionMillis
     *            how long it can be looked at after it is done
     */
    public record Terms(long delayMillis, long expiresMillis, int maxAttempts, Backoff backoff, long timeoutMillis,
            long deadlineMillis, long retentionMillis) {
        public static final Terms NONE = new Terms(0, 0, 0, Backoff.OF_QUEUE, 0, 0, 0);
    }

    /**
     * Waits between attempts: the first one, which doubles, and the longest. The engine takes up to a quarter off.
     *
     * @param minMillis
     *            -1: as the queue says
     */
    public record Backoff(long minMillis, long maxMillis) {
        public static final Backoff OF_QUEUE = new Backoff(-1, -1);
    }
}
