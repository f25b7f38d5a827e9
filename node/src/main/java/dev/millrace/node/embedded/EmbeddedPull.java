package dev.millrace.node.embedded;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One pull: a session with one subscription, which stops taking as soon as something came. The session lives as long as
 * one of its leases may, and goes when all are settled, so that its end gives back what is left.
 *
 * <p>
 * Thread safety: {@code got} belongs to the reading thread until the result completes; the monitor guards when the
 * session is to go.
 */
final class EmbeddedPull extends LeaseLine {
    /** After the end of a lease the shard may still be slow to notice. */
    private static final long GRACE_MILLIS = 1_000;

    private final Broker broker;
    private final Engine.Pull pull;
    private final CompletableFuture<List<Leased>> result = new CompletableFuture<>();
    private final List<Leased> got = new ArrayList<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicInteger open = new AtomicInteger();
    private long leasedUntilNanos;
    private @Nullable Future<?> life;
    private volatile boolean stopped;
    private volatile @Nullable Subscription subscription;

    private EmbeddedPull(Broker broker, Engine.Pull pull, Threads threads) {
        super(threads);
        this.broker = broker;
        this.pull = pull;
    }

    static CompletableFuture<List<Leased>> start(Broker broker, TopicRef topic, String group, Engine.Pull pull,
            Threads threads) {
        EmbeddedPull started = new EmbeddedPull(broker, pull, threads);
        started.open(broker, topic.shard());
        Ends.then(Failures.translate(
                broker.subscribe(started.session(), topic, group, pull.leaseMillis(), 0)), started::subscribed);
        Ends.then(started.result, (leased, failure) -> {
            if (failure != null || leased == null || leased.isEmpty()) {
                started.finish(); // cancelled, failed or empty: whatever was taken is given back
            }
        });
        return started.result;
    }

    private void subscribed(@Nullable Subscription subscribed, @Nullable Throwable failure) {
        if (subscribed == null) {
            result.completeExceptionally(failure == null ? new IllegalStateException("no subscription") : failure);
            return;
        }
        subscription = subscribed;
        Ends.then(sendCredit(subscribed, pull.max()), (done, refused) -> {
            if (refused != null) {
                result.completeExceptionally(Failures.of(refused));
            }
        });
        Future<?> waiting = threads().after(pull.waitMillis(), this::stop);
        Ends.then(result, (leased, refused) -> waiting.cancel(false));
    }

    /** Takes no more; the result completes when all that was taken before has been read. */
    private void stop() {
        Subscription subscribed = subscription;
        if (subscribed == null || !stopping.compareAndSet(false, true)) {
            return;
        }
        // Once this is done, whatever was leased before has been delivered.
        Ends.then(sendCredit(subscribed, 0), (done, refused) -> {
            if (refused != null) {
                result.completeExceptionally(Failures.of(refused));
            } else {
                stopped = true;
                threads().execute(this::readAll);
            }
        });
        Ends.ignore(broker.unsubscribe(subscribed));
    }

    @Override
    public void deliver(Delivery delivery) {
        super.deliver(delivery);
        stop();
    }

    @Override
    void leased(Leased leased) {
        got.add(leased);
    }

    @Override
    void readAll() {
        if (stopped && isAllRead()) {
            open.set(got.size());
            extendLife(pull.leaseMillis());
            result.complete(List.copyOf(got));
        }
    }

    @Override
    public void ended(String reason) {
        super.ended(reason);
        threads().execute(() -> result.completeExceptionally(
                new MillraceException.Unavailable("the pull has ended, what it took is given back: " + reason)));
    }

    // ---- after the result ----

    @Override
    public CompletableFuture<Boolean> settle(long token, Settlement how) {
        CompletableFuture<Boolean> settled = super.settle(token, how);
        if (how instanceof Settlement.Extend extend) {
            extendLife(extend.leaseMillis());
        } else {
            Ends.then(settled, (done, failure) -> {
                if (open.decrementAndGet() == 0) {
                    finish();
                }
            });
        }
        return settled;
    }

    /** A lease may now live so long; when none can any more, the session goes. */
    private synchronized void extendLife(long leaseMillis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(leaseMillis + GRACE_MILLIS);
        Future<?> before = life;
        if (before != null && until - leasedUntilNanos < 0) {
            return;
        }
        if (before != null) {
            before.cancel(false);
        }
        leasedUntilNanos = until;
        life = threads().after(leaseMillis + GRACE_MILLIS, this::finish);
    }

    private void finish() {
        closeDeliveries();
        end(new MillraceException.StaleLease("the leases of this pull have ended; nothing changed"));
        synchronized (this) {
            Future<?> watching = life;
            if (watching != null) {
                watching.cancel(false);
            }
        }
    }
}
