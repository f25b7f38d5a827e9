package dev.millrace.core.shard;

/**
 * One client at one shard: its commands in order, its leases, its subscriptions.
 *
 * <p>
 * Thread safety: {@link #submit} and {@link #close} may be called from one thread of the door at a time (an event
 * loop); {@link #outstandingBytes()} from any.
 */
public interface Session {
    /**
     * Queues the commands; never refuses. Back-pressure is the door's duty: it stops reading its client while
     * {@link #outstandingBytes()} is above its limit.
     */
    void submit(Submission submission);

    /** Bytes of bodies submitted and not yet copied. */
    long outstandingBytes();

    /**
     * Ends the session: its leases end at once, attempts counting on, unless they are lasting ones. Commands submitted
     * before are still done.
     */
    void close();
}
