package dev.millrace.node.embedded;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.Broker;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A push subscription: a session of its own, so that its end gives back everything at once. */
final class EmbeddedFeed extends LeaseLine implements Feed {
    private final Broker broker;
    private final int shard;
    private final FeedListener listener;
    private volatile @Nullable Subscription subscription;
    private volatile boolean allDelivered;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    /** Tokens of cancelled tasks, which are told after the tasks. */
    private final Queue<Long> stops = new ConcurrentLinkedQueue<>();

    private EmbeddedFeed(Broker broker, int shard, FeedListener listener, Threads threads) {
        super(threads);
        this.broker = broker;
        this.shard = shard;
        this.listener = listener;
    }

    static CompletableFuture<Feed> open(Broker broker, TopicRef topic, String group, long leaseMillis,
            FeedListener listener, Threads threads) {
        EmbeddedFeed feed = new EmbeddedFeed(broker, topic.shard(), listener, threads);
        feed.open(broker, topic.shard());
        return Failures.translate(broker.subscribe(feed.session(), topic, group, leaseMillis, 0))
                .whenComplete((subscribed, failure) -> {
                    if (failure != null) {
                        feed.stop();
                    }
                })
                .thenApply(subscribed -> {
                    feed.subscription = subscribed;
                    return feed;
                });
    }

    @Override
    public void credit(int credit) {
        Subscription subscribed = subscription;
        if (subscribed != null && !isOver()) {
            CompletableFuture<Submission> sent = sendCredit(subscribed, credit);
            Ends.ignore(sent);
        }
    }

    @Override
    public CompletableFuture<Void> close() {
        Subscription subscribed = subscription;
        if (!closing.compareAndSet(false, true)) {
            return closed.copy();
        }
        if (subscribed == null) {
            finish();
            return closed.copy();
        }
        // Once this is done, whatever was leased before has been delivered.
        Ends.then(sendCredit(subscribed, 0), (done, failure) -> {
            if (failure != null) {
                finish();
            } else {
                allDelivered = true;
                threads().execute(this::readAll);
            }
        });
        return closed.copy();
    }

    private void finish() {
        closeDeliveries();
        Ends.then(CompletableFuture.allOf(underWay().toArray(CompletableFuture[]::new)),
                (done, failure) -> {
                    if (failure == null) {
                        closed.complete(null);
                    } else {
                        closed.completeExceptionally(failure);
                    }
                });
        stop();
    }

    private void stop() {
        end(new MillraceException.Closed("the subscription has been closed; its leases have ended"));
    }

    @Override
    void leased(Leased leased) {
        if (closing.get()) {
            Ends.ignore(settle(leased.token(), new Settlement.Snooze(0, ""))); // nobody has begun to handle it
        } else {
            listener.delivered(leased);
        }
    }

    @Override
    void readAll() {
        tellStops();
        if (allDelivered && isAllRead()) {
            finish();
        }
    }

    /** One at a time, as the listener expects it. */
    private synchronized void tellStops() {
        for (Long token = stops.poll(); token != null; token = stops.poll()) {
            if (!closing.get()) {
                listener.cancelled(token);
            }
        }
    }

    @Override
    public void stopAsked(long token) {
        stops.add(token);
        if (isAllRead()) {
            threads().execute(this::readAll); // else the reader comes to it, after the task itself
        }
    }

    @Override
    public void ended(String reason) {
        // Told by a shard that stops, or by one that serves on: then topic or group is gone.
        boolean serving = broker.health().get(shard).serving();
        super.ended(reason);
        closeDeliveries();
        if (closing.get()) {
            finish();
        } else {
            listener.ended(serving ? new MillraceException.NotFound("the subscription has ended: " + reason)
                    : new MillraceException.Unavailable("the subscription has ended: " + reason));
        }
    }
}
