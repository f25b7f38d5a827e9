package dev.millrace.node.embedded;

import dev.millrace.api.MillraceException;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import dev.millrace.node.Broker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A session and the submissions under way in it; each has a future.
 *
 * <p>
 * Thread safety: any thread sends, the owner thread answers. The lock guards the session against two submitters, and the
 * set of what is under way; no future is completed under it.
 */
class Line implements SessionListener {
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Submission> underWay = new HashSet<>();
    private final Threads threads;
    private @Nullable Session session;
    private @Nullable MillraceException end;

    Line(Threads threads) {
        this.threads = threads;
    }

    Threads threads() {
        return threads;
    }

    /** Opens the session; fails it at once when the shard does not serve. */
    void open(Broker broker, int shard) {
        lock.lock();
        try {
            session = broker.openSession(shard, this);
        } finally {
            lock.unlock();
        }
    }

    Session session() {
        Session open = session;
        if (open == null) {
            throw new IllegalStateException("a line is used before it is open");
        }
        return open;
    }

    /** The future has the submission with its results; or fails: nothing was done, or the outcome is unknown. */
    CompletableFuture<Submission> send(Submission submission) {
        CompletableFuture<Submission> future = new CompletableFuture<>();
        submission.attach(future);
        lock.lock();
        try {
            if (end != null) {
                return CompletableFuture.failedFuture(end);
            }
            underWay.add(submission);
            session().submit(submission);
        } finally {
            lock.unlock();
        }
        return future;
    }

    boolean isOver() {
        lock.lock();
        try {
            return end != null;
        } finally {
            lock.unlock();
        }
    }

    /** What has been sent so far. */
    List<CompletableFuture<Submission>> underWay() {
        lock.lock();
        try {
            return new ArrayList<>(underWay.stream().map(Line::future).toList());
        } finally {
            lock.unlock();
        }
    }

    /** No more is sent; the session ends once what was sent is answered. */
    void end(MillraceException reason) {
        boolean idle;
        lock.lock();
        try {
            idle = end == null && underWay.isEmpty();
            if (end == null) {
                end = reason;
            }
        } finally {
            lock.unlock();
        }
        if (idle) {
            session().close();
        }
    }

    // ---- owner thread ----

    @Override
    public void copied(Submission submission) {
        // The bytes are garbage-collected.
    }

    @Override
    public void completed(Submission submission) {
        boolean last;
        lock.lock();
        try {
            underWay.remove(submission);
            last = end != null && underWay.isEmpty();
        } finally {
            lock.unlock();
        }
        future(submission).complete(submission);
        if (last) {
            threads.execute(session()::close);
        }
    }

    @Override
    public void deliver(Delivery delivery) {
        delivery.close(); // nothing is subscribed
    }

    @Override
    public void ended(String reason) {
        List<Submission> unknown;
        lock.lock();
        try {
            if (end == null) {
                end = new MillraceException.Unavailable(reason);
            }
            unknown = new ArrayList<>(underWay);
            underWay.clear();
        } finally {
            lock.unlock();
        }
        for (Submission submission : unknown) {
            future(submission).completeExceptionally(
                    new MillraceException.UnknownOutcome(reason + "; whether it was done is unknown"));
        }
    }

    @SuppressWarnings("unchecked") // what send attached
    private static CompletableFuture<Submission> future(Submission submission) {
        if (submission.attachment() instanceof CompletableFuture<?> future) {
            return (CompletableFuture<Submission>) future;
        }
        throw new IllegalStateException("a submission without its future");
    }
}
