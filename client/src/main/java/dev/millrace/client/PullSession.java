package dev.millrace.client;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import dev.millrace.api.spi.Settler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One pull: a worker's session that takes once, and stays until what it took is settled or its leases are over.
 *
 * <p>
 * Thread safety: the monitor guards the fields; sessions and futures are called without it.
 */
final class PullSession implements FeedListener, Settler {
    /** Leases end at the server; a little later the session goes. */
    private static final long AFTER_LEASE_MILLIS = 1_000;

    private final Engine.Pull pull;
    private final GrpcEngine engine;
    private final WorkerSession session;
    private final CompletableFuture<List<Leased>> result = new CompletableFuture<>();
    private List<Leased> taken = new ArrayList<>();
    private boolean stopping;
    private int unsettled;
    private long leasedUntilNanos;

    PullSession(GrpcEngine engine, String topic, String group, Engine.Pull pull) {
        this.engine = engine;
        this.pull = pull;
        session = new WorkerSession(engine, WorkerSession.Wish.group(topic, group, pull.leaseMillis()), this);
        Ends.of(session.opened().thenCompose(feed -> session.creditKnown(pull.max())),
                known -> engine.after(pull.waitMillis(), this::stop), result::completeExceptionally);
        Ends.of(session.over(), done -> result.completeExceptionally(
                new MillraceException.Closed("the connection was closed while the pull waited")), failure -> {});
        Ends.of(result, leased -> {}, given -> {
            if (result.isCancelled()) {
                stop();
            }
        });
    }

    WorkerSession session() {
        return session;
    }

    /** Up to as many messages as asked for, once there is one, or none after the time to wait. */
    CompletableFuture<List<Leased>> result() {
        return result;
    }

    @Override
    public void delivered(Leased leased) {
        Leased ours = new Leased(leased.id(), leased.attempt(), leased.bornAt(), leased.body(), leased.token(), this);
        synchronized (this) {
            taken.add(ours);
            unsettled++;
            leasedUntilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pull.leaseMillis());
        }
        stop();
    }

    private void stop() {
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
        }
        Ends.of(session.creditKnown(0), done -> give(), failure -> give());
    }

    private void give() {
        List<Leased> all;
        synchronized (this) {
            all = taken;
            taken = new ArrayList<>();
        }
        boolean wanted = result.complete(List.copyOf(all));
        if (all.isEmpty() || !wanted) {
            Ends.ignore(session.close()); // gives back what it has
        } else {
            engine.after(pull.leaseMillis() + AFTER_LEASE_MILLIS, this::closeIfOver);
        }
    }

    /** Extended leases make it stay. */
    private void closeIfOver() {
        long left;
        synchronized (this) {
            left = TimeUnit.NANOSECONDS.toMillis(leasedUntilNanos - System.nanoTime());
        }
        if (left > 0) {
            engine.after(left + AFTER_LEASE_MILLIS, this::closeIfOver);
        } else {
            Ends.ignore(session.close());
        }
    }

    @Override
    public CompletableFuture<Boolean> settle(long token, Settlement how) {
        CompletableFuture<Boolean> done = session.settle(token, how);
        if (how instanceof Settlement.Extend extend) {
            synchronized (this) {
                leasedUntilNanos = Math.max(leasedUntilNanos,
                        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(extend.leaseMillis()));
            }
        } else {
            Ends.of(done, settled -> settled(), failure -> settled());
        }
        return done;
    }

    private void settled() {
        boolean last;
        synchronized (this) {
            last = --unsettled == 0;
        }
        if (last) {
            Ends.ignore(session.close());
        }
    }

    /** Only tasks are cancelled, and they are not pulled. */
    @Override
    public void cancelled(long token) {}

    @Override
    public void ended(MillraceException reason) {
        result.completeExceptionally(reason);
    }
}
