package dev.millrace.core.shard;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where other threads leave work for the owner: sessions that have submissions, each at most once, and calls.
 *
 * <p>
 * Sessions stand in one of two lines, by the bytes of bodies that they have waiting when they join it: acks and small
 * publishes do not wait behind floods. The owner serves each line round-robin, the small ones first; a session that has
 * more goes to the end of a line. A session's own submissions keep their order. Thread safety: offers from any thread,
 * polls from the owner.
 */
final class Inbox {
    /** A session with no more bytes of bodies than this waiting is a small one. */
    static final int SMALL_BYTES = 16 << 10;
    /** After so many turns of small ones a large one has its turn. */
    private static final int SMALL_TURNS = 64;

    private final ConcurrentLinkedQueue<ClientSession> small = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<ClientSession> large = new ConcurrentLinkedQueue<>();
    private int smallTurns;
    private final ConcurrentLinkedQueue<PendingCall<?>> calls = new ConcurrentLinkedQueue<>();
    /** Bytes of bodies in all sessions' queues. */
    final AtomicLong bytes = new AtomicLong();
    final ShardClock clock;
    private volatile @Nullable Thread sleeper;

    Inbox(ShardClock clock) {
        this.clock = clock;
    }

    void offer(ClientSession session) {
        (session.isSmall() ? small : large).add(session);
        wake();
    }

    void offer(PendingCall<?> call) {
        calls.add(call);
        wake();
    }

    @Nullable
    ClientSession pollSession() {
        if (smallTurns < SMALL_TURNS) {
            ClientSession session = small.poll();
            if (session != null) {
                smallTurns++;
                return session;
            }
        }
        smallTurns = 0;
        ClientSession session = large.poll();
        return session != null ? session : small.poll();
    }

    @Nullable
    PendingCall<?> pollCall() {
        return calls.poll();
    }

    boolean isEmpty() {
        return small.isEmpty() && large.isEmpty() && calls.isEmpty();
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
