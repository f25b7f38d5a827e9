package dev.millrace.api;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A group of consumers: each message of the topic reaches each group, and there one consumer at a time, until it is
 * acknowledged, buried or purged. Subscribing or pulling creates topic and group if they are missing; everything else
 * fails with {@link MillraceException.NotFound} then.
 *
 * <p>
 * A group whose name ends in {@code #ephemeral} goes with its last subscription.
 */
public interface Group {
    String topic();

    String name();

    /** With the default options. */
    default Subscription subscribe(Handler handler) {
        return subscribe(SubscribeOptions.defaults(), handler);
    }

    /** Calls the handler for each message, until it is closed. Returns when the subscription stands. */
    Subscription subscribe(SubscribeOptions options, Handler handler);

    /**
     * Takes up to {@code max} messages and returns as soon as there is one; an empty list when none came in time. What is
     * not settled when its lease ends, or when the {@link Millrace} is closed, is delivered again.
     *
     * @param max
     *            1 to 1,000
     * @param wait
     *            how long to wait for the first, at most 1 hour
     * @param lease
     *            how long the messages are kept from others, at least 100 ms
     */
    List<Delivery> pull(int max, Duration wait, Duration lease);

    CompletableFuture<List<Delivery>> pullAsync(int max, Duration wait, Duration lease);

    /** Creates the group, and its topic, unless they exist; says whether the group is new. */
    default boolean create() {
        return create(GroupStart.DEFAULT);
    }

    boolean create(GroupStart start);

    CompletableFuture<Boolean> createAsync(GroupStart start);

    /** Deletes the group with its dead letters; its subscriptions end. */
    void delete();

    CompletableFuture<Void> deleteAsync();

    /** Purges everything ready, leased and retrying; not the dead letters. */
    void empty();

    CompletableFuture<Void> emptyAsync();

    /** Delivers nothing until {@link #resume}; what is leased goes on. */
    void pause();

    CompletableFuture<Void> pauseAsync();

    void resume();

    CompletableFuture<Void> resumeAsync();

    /** Sets what the engine does when an attempt fails; for attempts that end from now on. */
    void retryPolicy(RetryPolicy policy);

    CompletableFuture<Void> retryPolicyAsync(RetryPolicy policy);

    GroupStats stats();

    CompletableFuture<GroupStats> statsAsync();

    DeadLetters deadLetters();
}
