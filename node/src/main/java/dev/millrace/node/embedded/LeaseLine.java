package dev.millrace.node.embedded;

import dev.millrace.api.MessageId;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import dev.millrace.api.spi.Settler;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A session that leases: reads what is delivered, message by message, and settles it.
 *
 * <p>
 * Thread safety: deliveries come on the owner thread and are read by one thread at a time ({@code reading}), which is
 * never the owner's. The lock guards the queue of deliveries.
 */
abstract class LeaseLine extends Line implements Settler {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final ReentrantLock queueLock = new ReentrantLock();
    private final ArrayDeque<Delivery> inbound = new ArrayDeque<>();
    private final MessageView view = new MessageView();
    private boolean reading;
    private volatile boolean closed;

    LeaseLine(Threads threads) {
        super(threads);
    }

    /** One message; by one thread at a time, in order. */
    abstract void leased(Leased leased);

    /** Everything delivered so far has been read. */
    abstract void readAll();

    CompletableFuture<Submission> sendCredit(Subscription subscription, int credit) {
        Submission submission = new Submission();
        submission.credit(subscription, credit);
        return send(submission);
    }

    @Override
    public CompletableFuture<Boolean> settle(long token, Settlement how) {
        Submission submission = new Submission();
        switch (how) {
            case Settlement.Ack ack -> submission.ack(token);
            case Settlement.Retry(long delayMillis, String error) ->
                    submission.retry(token, delayMillis, error.isEmpty() ? null : error);
            case Settlement.Snooze(long delayMillis, String error) ->
                    submission.putOff(token, delayMillis, error.isEmpty() ? null : error);
            // A delay below 0 is that of the group's policy.
            case Settlement.Fail(String error) -> submission.retry(token, -1, error.isEmpty() ? null : error);
            case Settlement.Bury(String error) -> submission.bury(token, error.isEmpty() ? null : error);
            case Settlement.Extend(long leaseMillis) -> submission.extend(token, leaseMillis);
            case Settlement.Progress(int percent, String text) -> submission.progress(token, percent, text);
            case Settlement.Result(byte[] bytes) -> submission.result(token, ByteBuffer.wrap(bytes));
            case Settlement.Log(String lines) -> submission.log(token, lines);
        }
        return send(submission).thenApply(done -> switch (done.result(0)) {
            // Of a cancelled task; the listener hears of that by itself.
            case Outcome.OK, Outcome.STOP_ASKED -> true;
            case Outcome.STALE -> false;
            default -> throw Failures.refused(done.result(0), "settling a message", () -> "the disk is nearly full");
        });
    }

    /** What is delivered from now on is left to the end of the session. */
    void closeDeliveries() {
        closed = true;
        startReading();
    }

    boolean isAllRead() {
        queueLock.lock();
        try {
            return inbound.isEmpty() && !reading;
        } finally {
            queueLock.unlock();
        }
    }

    // ---- owner thread ----

    @Override
    public void deliver(Delivery delivery) {
        queueLock.lock();
        try {
            inbound.add(delivery);
        } finally {
            queueLock.unlock();
        }
        startReading();
    }

    private void startReading() {
        queueLock.lock();
        try {
            if (reading || inbound.isEmpty()) {
                return;
            }
            reading = true;
        } finally {
            queueLock.unlock();
        }
        threads().execute(this::read);
    }

    // ---- the reading thread ----

    private void read() {
        for (Delivery delivery = current(); delivery != null; delivery = current()) {
            if (closed) {
                remove(delivery);
                continue;
            }
            switch (delivery.next(view)) {
                case Delivery.READY -> leased(copy());
                case Delivery.LOAD -> {
                    delivery.load(() -> threads().execute(this::read));
                    return;
                }
                default -> remove(delivery);
            }
        }
        readAll();
    }

    private @Nullable Delivery current() {
        queueLock.lock();
        try {
            Delivery first = inbound.peek();
            reading = first != null;
            return first;
        } finally {
            queueLock.unlock();
        }
    }

    private void remove(Delivery delivery) {
        delivery.close();
        queueLock.lock();
        try {
            inbound.remove(delivery);
        } finally {
            queueLock.unlock();
        }
    }

    private Leased copy() {
        byte[] body = new byte[view.bodyLength];
        view.bytes.get(view.bodyOffset, body);
        Instant bornAt = Instant.ofEpochSecond(view.bornAtNanos / NANOS_PER_SECOND,
                view.bornAtNanos % NANOS_PER_SECOND);
        return view.envelope < 0 ? new Leased(new MessageId(view.id), view.attempts, bornAt, body, view.token, this)
                : new LeasedTask(view, bornAt, body, this);
    }
}
