package dev.millrace.verification.simulation;

import java.util.List;

/** What a client has asked for and waits to hear of. */
sealed interface Command {
    /** One publish command of one or several messages, or one deferred message. */
    record Publish(List<Message> messages, long highestIdBefore) implements Command {}

    /** How a consumer settles a delivery. */
    enum Verdict {
        ACK, FILTER, RETRY, EXTEND, BURY
    }

    /**
     * An answer to a delivery.
     *
     * @param lease
     *            which one
     * @param verdict
     *            the answer
     * @param millis
     *            delay of a retry, new length of an extended lease
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
