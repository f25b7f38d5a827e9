package dev.millrace.api.spi;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.GroupStart;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.Page;
import dev.millrace.api.Published;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.TopicStats;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * An engine, in this process or behind a connection.
 *
 * <p>
 * Thread safety: every method may be called from any thread, and none but {@link #close} blocks. Futures complete when
 * what they report is durable, and fail with {@link dev.millrace.api.MillraceException}; they may complete on a thread of
 * the engine that must not be held up, so whoever continues them hands over. Arguments have been checked: names are
 * valid, sizes and durations in their bounds.
 */
public interface Engine {
    /**
     * Publishes in this order; the ids in the same order. The caller bounds what is under way.
     *
     * <p>
     * Calls of one thread for one topic keep their order.
     */
    CompletableFuture<List<MessageId>> publish(String topic, List<Message> messages);

    /** The same for messages that have idempotency keys: one whose key was used within a day is not published again. */
    CompletableFuture<List<Published>> publishOnce(String topic, List<Message> messages);

    /**
     * Subscribes, creating topic and group if they are missing; deliveries start once {@link Feed#credit} was given.
     * Everything that reaches the listener comes after the future has completed, but for {@link FeedListener#ended}.
     */
    CompletableFuture<Feed> subscribe(String topic, String group, long leaseMillis, FeedListener listener);

    /**
     * Up to {@code max} messages, as soon as there is one; empty when none came within {@code waitMillis}. Creates topic
     * and group if they are missing. Their leases end with the engine. When the future was cancelled meanwhile, what was
     * taken is given back at once.
     */
    CompletableFuture<List<Leased>> pull(String topic, String group, Pull pull);

    /**
     * How a pull takes.
     *
     * @param max
     *            messages
     * @param waitMillis
     *            for the first
     * @param leaseMillis
     *            of each
     */
    record Pull(int max, long waitMillis, long leaseMillis) {}

    CompletableFuture<Boolean> createTopic(String topic);

    CompletableFuture<Boolean> createGroup(String topic, String group, GroupStart start);

    CompletableFuture<Void> deleteTopic(String topic);

    CompletableFuture<Void> deleteGroup(String topic, String group);

    CompletableFuture<Void> emptyTopic(String topic);

    CompletableFuture<Void> emptyGroup(String topic, String group);

    CompletableFuture<Void> pauseTopic(String topic, boolean paused);

    CompletableFuture<Void> pauseGroup(String topic, String group, boolean paused);

    CompletableFuture<Void> retryPolicy(String topic, String group, RetryPolicy policy);

    /** All topics by name. */
    CompletableFuture<List<TopicStats>> topics();

    /** One topic; fails with {@link dev.millrace.api.MillraceException.NotFound} when there is none of that name. */
    CompletableFuture<TopicStats> topic(String topic);

    /**
     * A page of dead letters.
     *
     * @param cursor
     *            of the page before, or empty; the engine refuses what it did not give
     */
    CompletableFuture<Page<DeadLetter>> deadLetters(String topic, String group, String cursor, int limit);

    /** Those with these ids; returns how many. */
    CompletableFuture<Long> replayDead(String topic, String group, List<MessageId> ids);

    CompletableFuture<Long> replayAllDead(String topic, String group);

    /** Those with these ids; returns how many. */
    CompletableFuture<Long> purgeDead(String topic, String group, List<MessageId> ids);

    CompletableFuture<Long> purgeAllDead(String topic, String group);

    /** Its task queues; empty when it has none. */
    default Optional<TaskEngine> tasks() {
        return Optional.empty();
    }

    /** The wall clock that instants given to it are told by. */
    default InstantSource clock() {
        return InstantSource.system();
    }

    /** Runs each task on a thread that may block for long: handlers, and what users hang on futures. */
    Executor executor();

    /** Ends everything: leases of this engine's feeds and pulls end at once. Ignores interrupts; idempotent. */
    void close();
}
