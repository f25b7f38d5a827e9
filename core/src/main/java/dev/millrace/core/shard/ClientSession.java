package dev.millrace.core.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A session as its shard keeps it.
 *
 * <p>
 * Thread safety: {@code queue}, {@code scheduled}, {@code outstanding} and {@code closing} are shared with the door's
 * thread; all else belongs to the owner thread.
 */
final class ClientSession implements Session {
    final SessionListener listener;
    final SessionKind kind;
    private final Inbox inbox;
    private final ConcurrentLinkedQueue<Submission> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong outstanding = new AtomicLong();
    private final AtomicBoolean toldEnded = new AtomicBoolean();
    private volatile boolean closing;
    /** Written by who puts it into a line, read by who takes it out. */
    private boolean small;

    /** Owner thread: its subscriptions. */
    final List<Feed.Consumer> consumers = new ArrayList<>(1);
    /** Owner thread: nothing may be told to its listener any more. */
    boolean ended;

    ClientSession(SessionListener listener, Inbox inbox, SessionKind kind) {
        this.listener = listener;
        this.kind = kind;
        this.inbox = inbox;
    }

    @Override
    public void submit(Submission submission) {
        submission.submittedNanos = inbox.clock.nanos();
        outstanding.addAndGet(submission.publishedBytes);
        inbox.bytes.addAndGet(submission.publishedBytes);
        queue.add(submission);
        schedule();
    }

    @Override
    public long outstandingBytes() {
        return outstanding.get();
    }

    @Override
    public void close() {
        closing = true;
        schedule();
    }

    /** Whether it joined the line of small ones; its turn is short then. */
    boolean isSmall() {
        return small;
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            small = outstanding.get() <= Inbox.SMALL_BYTES;
            inbox.offer(this);
        }
    }

    // ---- owner thread ----

    @Nullable
    Submission poll() {
        return queue.poll();
    }

    boolean isClosing() {
        return closing && queue.isEmpty();
    }

    void copied(Submission submission) {
        outstanding.addAndGet(-submission.publishedBytes);
        inbox.bytes.addAndGet(-submission.publishedBytes);
        if (!ended) {
            listener.copied(submission);
        }
    }

    /** Tells the client that it is over; only the first time counts. On the owner thread, or once there is none. */
    void tellEnded(String reason) {
        if (toldEnded.compareAndSet(false, true)) {
            listener.ended(reason);
        }
    }

    /** The owner has taken what it wanted this time; the session comes back when it has more. */
    void rest() {
        scheduled.set(false);
        if (!queue.isEmpty() || (closing && !ended)) {
            schedule();
        }
    }
}
