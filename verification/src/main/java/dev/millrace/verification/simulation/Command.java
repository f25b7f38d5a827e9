package dev.millrace.verification.simulation;

import dev.millrace.core.shard.Enqueue;
import java.util.List;

/** What a client has asked for and waits to hear of. */
sealed interface Command {
    /** One publish command of one or several messages, or one deferred message. */
    record Publish(List<Message> messages, long highestIdBefore) implements Command {}

    /** One batch of tasks, each of which is answered for itself. */
    record EnqueueTasks(Enqueue batch, List<Task> tasks, long highestIdBefore) implements Command {}

    /** What a consumer says of a delivery; the last three only of a task. */
    enum Verdict {
        ACK, FILTER, RETRY, EXTEND, BURY, PUT_OFF, PROGRESS, RESULT;

        /** Whether the lease is over then. */
        boolean ends() {
            return this != EXTEND && this != PROGRESS && this != RESULT;
        }

        /** Whether the message is over then, or dead. */
        boolean isFinal() {
            return this == ACK || this == FILTER || this == BURY;
        }
    }

    /**
     * An answer to a delivery.
     *
     * @param lease
     *            which one
     * @param verdict
     *            the answer
     * @param millis
     *            delay of a retry, below 0 as the retry policy says; new length of an extended lease
     * @param submitted
     *            when
     * @param first
     *            no answer that ends this lease was given before
     * @param stale
     *            the token must be refused, as everybody knows by now
     */
    record Answer(Lease lease, Verdict verdict, long millis, Moment submitted, boolean first,
            boolean stale) implements Command {}

    /** How many deliveries the subscription may have in flight. */
    record Credit(int credit) implements Command {}
}
