package dev.millrace.api;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * One attempt: a message under a lease. It is settled once, by {@link #ack}, {@link #retry} or {@link #bury}; when it is
 * not before the lease ends, the message is delivered again.
 *
 * <p>
 * Settling returns when it is durable and throws {@link MillraceException.StaleLease} when the lease had ended or the
 * delivery was settled before: then nothing changed. The {@code ...Async} forms fail with it.
 */
public interface Delivery {
    MessageId id();

    String topic();

    String group();

    /** The body; the array is this delivery's own. */
    byte[] body();

    /** The body read as UTF-8. */
    String text();

    /** Which attempt this is, from 1; held at 65,535. */
    int attempt();

    /** When the message was published. */
    Instant bornAt();

    /** Whether it has been settled, or a settling is under way. */
    boolean isSettled();

    /** Whether the lease is known to have ended before it was settled: somebody else may have the message now. */
    boolean isLost();

    /** Done with it. */
    void ack();

    CompletableFuture<Void> ackAsync();

    /** Deliver it again, as soon as somebody can take it. */
    default void retry() {
        retry(Duration.ZERO, "");
    }

    /** Deliver it again, not before this delay. */
    default void retry(Duration delay) {
        retry(delay, "");
    }

    /**
     * The same with what went wrong, which is kept for the history of a dead letter: up to 400 bytes of it. When the
     * group's retry policy allows no further attempt, the message is dead instead.
     */
    void retry(Duration delay, String error);

    CompletableFuture<Void> retryAsync(Duration delay, String error);

    /** The lease now ends {@code lease} from now. */
    void extend(Duration lease);

    CompletableFuture<Void> extendAsync(Duration lease);

    /** Gives it up: it becomes a dead letter of its group. */
    void bury(String error);

    CompletableFuture<Void> buryAsync(String error);
}
