package dev.millrace.core.shard;

/** A session's place in a group. It gets deliveries once {@link Submission#credit} gave it some. */
public interface Subscription {
    Session session();

    String topic();

    String group();

    /** How long a delivery is leased, unless extended. */
    long leaseMillis();
}
