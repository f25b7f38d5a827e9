package dev.millrace.node.tasks;

import dev.millrace.core.message.Chain;
import java.nio.ByteBuffer;
import java.util.List;
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
 * @param flow
 *            what it is a part of
 */
public record TaskSpec(String type, ByteBuffer payload, Map<String, String> headers, Keys keys, Terms terms,
        Flow flow) {

    /** A task by itself. */
    public TaskSpec(String type, ByteBuffer payload, Map<String, String> headers, Keys keys, Terms terms) {
        this(type, payload, headers, keys, terms, Flow.NONE);
    }

    /** The same as a part of something else. */
    public TaskSpec with(Flow other) {
        return new TaskSpec(type, payload, headers, keys, terms, other);
    }

    /**
     * What a task is a part of. One that has a group has nothing else, and no ordering key.
     *
     * @param then
     *            tasks that follow one after the other, each when the one before is done
     * @param batch
     *            that counts it, or {@link BatchRef#NONE}
     * @param group
     *            it is delivered as one task together with others of this key; empty: by itself
     * @param gathered
     *            of a task that was delivered: its payload is a list of so many, see {@link TaskReader#payloads}; else 0
     */
    public record Flow(List<Step> then, BatchRef batch, String group, int gathered) {
        public static final Flow NONE = new Flow(List.of(), BatchRef.NONE, "", 0);
    }

    /**
     * A task that follows another one.
     *
     * @param queue
     *            where it goes
     * @param task
     *            without a flow of its own
     * @param result
     *            what becomes of the result of the task before
     */
    public record Step(String queue, TaskSpec task, Result result) {}

    /** What a step is given of the result of the task before it. */
    public enum Result {
        /** Nothing. */
        NONE(Chain.NO_RESULT),
        /** Header {@code millrace-previous-result}, as text; up to 8 KiB. */
        HEADER(Chain.RESULT_HEADER),
        /** Its payload, if there is a result. */
        PAYLOAD(Chain.RESULT_PAYLOAD);

        private final int code;

        Result(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static Result of(int code) {
            return code == HEADER.code ? HEADER : code == PAYLOAD.code ? PAYLOAD : NONE;
        }
    }

    /**
     * A batch.
     *
     * @param queue
     *            of the task that waits for its end
     * @param id
     *            of that task
     */
    public record BatchRef(String queue, long id) {
        public static final BatchRef NONE = new BatchRef("", 0);

        public boolean isNone() {
            return id == 0;
        }
    }

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
     * @param id
     *            that the client chose: a second task with it is a duplicate while anything of the first can be looked at
     */
    public record Keys(String order, String limit, String unique, long uniqueMillis, boolean untilDone, int priority,
            String id) {
        public static final Keys NONE = new Keys("", "", "", 0, false, 4);

        /** Without an id of the client. */
        public Keys(String order, String limit, String unique, long uniqueMillis, boolean untilDone, int priority) {
            this(order, limit, unique, uniqueMillis, untilDone, priority, "");
        }

        /** The same with an id of the client. */
        public Keys withId(String chosen) {
            return new Keys(order, limit, unique, uniqueMillis, untilDone, priority, chosen);
        }
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
