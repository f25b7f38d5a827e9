package dev.millrace.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A topic by its name, which need not exist: publishing creates it.
 *
 * <p>
 * A publish returns, and its future completes, when the messages are durable. Messages of one call, and of calls that
 * follow each other, keep their order. Of one call all messages have an idempotency key, or none has. A future waits when too much is under way ({@link PublishLimits}).
 */
public interface Topic {
    String name();

    /** This text in UTF-8. */
    default MessageId publish(String text) {
        return publish(Message.of(text));
    }

    default MessageId publish(byte[] body) {
        return publish(Message.of(body));
    }

    MessageId publish(Message message);

    CompletableFuture<MessageId> publishAsync(Message message);

    /**
     * Publishes many at once; the ids are in the order of the messages. Not all or nothing: when a limit is reached on
     * the way, the exception says how many of the first ones were published.
     */
    List<MessageId> publishAll(List<Message> messages);

    CompletableFuture<List<MessageId>> publishAllAsync(List<Message> messages);

    /**
     * Publishes a message that has a {@link Message#idempotencyKey}, and says whether it was there before. Messages with keys keep
     * their order among themselves, not with those without that are under way.
     */
    Published publishOnce(Message message);

    CompletableFuture<Published> publishOnceAsync(Message message);

    /** Many that have keys, each on its own, in this order; not all or nothing, as {@link #publishAll}. */
    List<Published> publishAllOnce(List<Message> messages);

    CompletableFuture<List<Published>> publishAllOnceAsync(List<Message> messages);

    Group group(String name);

    /** Creates it unless it exists; says whether it is new. */
    boolean create();

    CompletableFuture<Boolean> createAsync();

    /** Deletes it with its groups; their subscriptions end. */
    void delete();

    CompletableFuture<Void> deleteAsync();

    /** Purges what is scheduled and what no group has got yet, not what its groups hold. */
    void empty();

    CompletableFuture<Void> emptyAsync();

    /** Keeps what is published and offers nothing to its groups until {@link #resume}. */
    void pause();

    CompletableFuture<Void> pauseAsync();

    void resume();

    CompletableFuture<Void> resumeAsync();

    TopicStats stats();

    CompletableFuture<TopicStats> statsAsync();
}
