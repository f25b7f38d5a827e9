package dev.millrace.core.shard;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where other threads leave work for the owner: sessions that have submissions, each at most once, and calls.
 *
 * <p>
 * The owner serves sessions round-robin; a session that has more goes to the end of the line. Thread safety: offers from
 * any thread, polls from the owner.
 */
final class Inbox {
    private final ConcurrentLinkedQueue<ClientSession> sessions = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<PendingCall<?>> calls = new ConcurrentLinkedQueue<>();
    /** Bytes of bodies in all sessions' queues. */
    final AtomicLong bytes = new AtomicLong();
    final ShardClock clock;
    private volatile @Nullable Thread sleeper;

    Inbox(ShardClock clock) {
        this.clock = clock;
    }

    void offer(ClientSession session) {
        sessions.add(session);
        wake();
    }

    void offer(PendingCall<?> call) {
        calls.add(call);
        wake();
    }

    @Nullable
    ClientSession pollSession() {
        return sessions.poll();
    }

    @Nullable
    PendingCall<?> pollCall() {
        return calls.poll();
    }

    boolean isEmpty() {
        return sessions.isEmpty() && calls.isEmpty();
    }

    void wake() {
        Thread thread = sleeper;
        if (thread != null) {
            sleeper = null;
            LockSupport.unpark(thread);
        }
    }

    /** Sleeps until something is offered or the time is over; for the owner. */
    void sleep(long nanos) {
        sleeper = Thread.currentThread();
        if (isEmpty()) {
            LockSupport.parkNanos(this, nanos);
        }
        sleeper = null;
    }
}
