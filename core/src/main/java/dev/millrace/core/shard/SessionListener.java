package dev.millrace.core.shard;

/**
 * What a shard tells a session's client. Every method is called on the shard's owner thread and must only hand over:
 * no I/O, no waiting, no call back into the shard other than {@link Session#submit}.
 */
public interface SessionListener {
    /** The bodies of this submission have been copied; its data may be released. Called once, before completion. */
    void copied(Submission submission);

    /**
     * All commands of this submission have ended and what they wrote is durable. Submissions of a session complete in
     * the order in which they were given.
     */
    void completed(Submission submission);

    /** Messages leased to one of the session's subscriptions; the leases are durable. */
    void deliver(Delivery delivery);

    /**
     * The message of this lease was cancelled: its worker should stop and give it back, however it likes. Protocols that
     * cannot say so do nothing.
     */
    default void stopAsked(long token) {
        // the lease ends by itself
    }

    /** The same, with the subscription that it was leased to. */
    default void stopAsked(Subscription subscription, long token) {
        stopAsked(token);
    }

    /**
     * The shard has stopped, or the session was ended by an operator (its topic or group is gone). Commands that have
     * not completed have an unknown outcome. Called at most once, as the last call.
     */
    void ended(String reason);
}
