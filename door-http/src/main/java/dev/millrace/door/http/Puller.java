package dev.millrace.door.http;

import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all pulls of one group share: a session, and a subscription that takes nothing but keeps the group alive between
 * pulls. Every pull has a subscription of its own, so it never gets more than it asked for. Leases outlive the session:
 * their tokens are all that belongs to them.
 *
 * <p>
 * Thread safety: pulls come from their requests' threads, what they get from an owner thread. The lock guards the
 * counters, and the session against two submitters; {@code opening} is only ever taken first.
 */
final class Puller implements SessionListener {
    private static final long ANCHOR_LEASE_MILLIS = 1_000;

    /** One pull under way. */
    private static final class Pull {
        final CompletableFuture<Void> first = new CompletableFuture<>();
        private final List<Delivery> deliveries = new ArrayList<>(1);

        synchronized void add(Delivery delivery) {
            deliveries.add(delivery);
            first.complete(null);
        }

        synchronized List<Delivery> take() {
            List<Delivery> taken = List.copyOf(deliveries);
            deliveries.clear();
            return taken;
        }
    }

    private final Broker broker;
    private final TopicRef topic;
    private final String group;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock opening = new ReentrantLock();
    private final ConcurrentHashMap<Long, CompletableFuture<?>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong guards = new AtomicLong();
    private final ConcurrentHashMap<Subscription, Pull> pulls = new ConcurrentHashMap<>();
    private final Session session;
    private boolean opened;
    private volatile @Nullable HttpFailure end;

    private int users;
    private long usedAtNanos = System.nanoTime();
    private long leasedUntilNanos = System.nanoTime();

    Puller(Broker broker, TopicRef topic, String group) {
        this.broker = broker;
        this.topic = topic;
        this.group = group;
        session = broker.openLastingSession(topic.shard(), this);
    }

    /** Subscribes the anchor unless that was done, creating topic and group if they are missing. */
    void open() {
        opening.lock();
        try {
            if (!opened) {
                await(broker.subscribe(session, topic, group, ANCHOR_LEASE_MILLIS, 0));
                opened = true;
            }
        } finally {
            opening.unlock();
        }
    }

    /**
     * Gets up to {@code max} messages. {@code patience} is given a future that completes with the first of them, and
     * returns when it does not want to wait any longer. The deliveries are the caller's to read and to close.
     */
    List<Delivery> pull(int max, long leaseMillis, Consumer<CompletableFuture<Void>> patience) {
        Subscription subscription = await(broker.subscribe(session, topic, group, leaseMillis, 0));
        Pull pull = new Pull();
        pulls.put(subscription, pull);
        long guard = 0;
        try {
            credit(subscription, max);
            guard = guard(pull.first);
            patience.accept(pull.first);
            credit(subscription, 0); // once this is done, whatever was leased before has been delivered
            await(broker.unsubscribe(subscription));
        } catch (RuntimeException e) {
            pull.take().forEach(Delivery::close);
            throw e;
        } finally {
            pulls.remove(subscription);
            waiting.remove(guard);
        }
        return pull.take();
    }

    private void credit(Subscription subscription, int credit) {
        Submission submission = new Submission();
        submission.credit(subscription, credit);
        CompletableFuture<Submission> done = new CompletableFuture<>();
        submission.attach(done);
        lock.lock();
        try {
            session.submit(submission);
        } finally {
            lock.unlock();
        }
        await(done);
    }

    /** As {@link Answers#await}, but ends when the session does. */
    <T> T await(CompletableFuture<T> future) {
        long guard = guard(future);
        try {
            return Answers.await(future);
        } finally {
            waiting.remove(guard);
        }
    }

    /** The future fails when the session ends, until its guard is removed. */
    private long guard(CompletableFuture<?> future) {
        long guard = guards.incrementAndGet();
        waiting.put(guard, future);
        HttpFailure reason = end;
        if (reason != null) {
            future.completeExceptionally(reason);
        }
        return guard;
    }

    // ---- owner thread ----

    @Override
    public void copied(Submission submission) {
        // nothing is published here
    }

    @Override
    @SuppressWarnings("unchecked") // what credit attached
    public void completed(Submission submission) {
        if (submission.attachment() instanceof CompletableFuture<?> future) {
            ((CompletableFuture<Submission>) future).complete(submission);
        }
    }

    @Override
    public void deliver(Delivery delivery) {
        Pull pull = pulls.get(delivery.subscription());
        if (pull == null) {
            delivery.close(); // the pull was given up; the leases end by time
        } else {
            pull.add(delivery);
        }
    }

    @Override
    public void ended(String reason) {
        HttpFailure failure = new HttpFailure(409, "ENDED", "the pull was ended: " + reason);
        end = failure;
        waiting.values().forEach(future -> future.completeExceptionally(failure));
    }

    // ---- its life ----

    /** Counts a user in; false if it has ended. */
    boolean enter() {
        lock.lock();
        try {
            if (end == null) {
                users++;
            }
            return end == null;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            users--;
            usedAtNanos = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /** Leases may from now on live so long. */
    void leased(long leaseMillis) {
        lock.lock();
        try {
            leasedUntilNanos = Math.max(leasedUntilNanos, System.nanoTime() + leaseMillis * 1_000_000);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes it if nobody has used it for so long and no lease can be alive, as an ephemeral group would go with it.
     * Returns whether it has ended.
     */
    boolean closeIfIdle(long idleNanos) {
        lock.lock();
        try {
            long now = System.nanoTime();
            boolean idle = users == 0 && now - usedAtNanos >= idleNanos && now - leasedUntilNanos >= 0;
            if (idle && end == null) {
                close();
            }
            return end != null;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        end = Problems.unavailable("the server is stopping");
        session.close();
    }
}
