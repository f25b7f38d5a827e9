package dev.millrace.door.nsq.tcp;

/**
 * Where the messages of a subscribed client come from, and who is told what becomes of them.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
interface Supply {
    /** So many messages may be in flight. */
    void credit(int count);

    void ack(long id, long token);

    void retry(long id, long token, long delayMillis);

    void extend(long id, long token, long leaseMillis);

    /** The message is sampled out; false where sampling has no meaning, and it is to be sent. */
    boolean filter(long token);

    /** The client has gone. */
    void leave();
}
