package dev.millrace.core.machine;

import dev.millrace.structures.HierarchicalTimeWheel;
import java.util.Arrays;

/**
 * When leases end, in elapsed time. Derived from {@link LeaseTable}: made anew after recovery.
 *
 * <p>
 * Leases of one length end in the order in which they begin, so each length has a queue through the slots themselves: no
 * memory, and no search to add, move or take out. A wheel has those that fit into no queue: of a length beyond the first
 * {@value #QUEUES}, or given by a clock that stood still meanwhile.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class LeaseTimers {
    /** Queues there may be; {@link LeaseTable#queue} has eight bits. */
    private static final int QUEUES = 255;
    private static final int WHEEL = 0;

    /** Receives the slots of leases that end. */
    interface Sink {
        void ended(int slot);
    }

    private final HierarchicalTimeWheel wheel;
    private final LeaseTable leases;
    /** Per queue, from 1 on: length of its leases, first and last slot + 1. */
    private final long[] lengths = new long[QUEUES + 1];
    private final int[] heads = new int[QUEUES + 1];
    private final int[] tails = new int[QUEUES + 1];
    private int queues;
    private int lastQueue;
    private long nowMillis;
    private boolean caughtUp = true;

    LeaseTimers(LeaseTable leases, long startMillis) {
        this.leases = leases;
        nowMillis = startMillis;
        wheel = new HierarchicalTimeWheel(startMillis);
    }

    /** Leases that are given now begin now. */
    void begin(long elapsedMillis) {
        nowMillis = Math.max(nowMillis, elapsedMillis);
    }

    /**
     * Takes over the leases that recovery found; those that belong to nobody, or to a session that may come back, do not
     * end before {@code graceEndMillis}.
     */
    void adopt(long graceEndMillis) {
        for (int slot = 0; slot < leases.used(); slot++) {
            if (leases.isLive(slot)) {
                long deadline = leases.deadline(slot);
                boolean outlives = LeaseTable.outlivesRestart(leases.consumer(slot));
                toWheel(slot, outlives ? Math.max(deadline, graceEndMillis) : deadline);
            }
        }
    }

    void add(int slot, long deadline) {
        int queue = queueFor(deadline - nowMillis);
        if (queue == WHEEL || (tails[queue] != 0 && leases.deadline(tails[queue] - 1) > deadline)) {
            toWheel(slot, deadline);
            return;
        }
        int tail = tails[queue];
        leases.queue(slot, queue);
        leases.timer(slot, tail);
        if (tail == 0) {
            heads[queue] = slot + 1;
        } else {
            leases.nextTimer(tail - 1, slot + 1);
        }
        tails[queue] = slot + 1;
    }

    void move(int slot, long deadline) {
        cancel(slot);
        add(slot, deadline);
    }

    void cancel(int slot) {
        int queue = leases.queue(slot);
        if (queue == WHEEL) {
            wheel.cancel(leases.timer(slot));
            return;
        }
        long links = leases.timer(slot);
        int next = (int) (links >>> 32);
        int previous = (int) links;
        if (previous == 0) {
            heads[queue] = next;
        } else {
            leases.nextTimer(previous - 1, next);
        }
        if (next == 0) {
            tails[queue] = previous;
        } else {
            leases.previousTimer(next - 1, previous);
        }
    }

    private void toWheel(int slot, long deadline) {
        leases.queue(slot, WHEEL);
        leases.timer(slot, wheel.add(deadline, slot, 0));
    }

    /** The queue of leases of this length; a new one if there is room, or one that is empty. */
    private int queueFor(long length) {
        if (lengths[lastQueue] == length && lastQueue != WHEEL) {
            return lastQueue;
        }
        int empty = WHEEL;
        for (int queue = 1; queue <= queues; queue++) {
            if (lengths[queue] == length) {
                lastQueue = queue;
                return queue;
            }
            empty = heads[queue] == 0 ? queue : empty;
        }
        if (empty == WHEEL && queues < QUEUES) {
            empty = ++queues;
        }
        lengths[empty] = length;
        lastQueue = empty;
        return empty;
    }

    /** Hands leases that have ended to the sink, which ends them; at most so many. */
    void advance(long untilMillis, int limit, Sink sink) {
        int left = limit;
        for (int queue = 1; queue <= queues; queue++) {
            while (left > 0 && heads[queue] != 0 && leases.deadline(heads[queue] - 1) <= untilMillis) {
                sink.ended(heads[queue] - 1);
                left--;
            }
        }
        if (left > 0) {
            left -= wheel.advance(untilMillis, left, (handle, due, slot, payload) -> sink.ended((int) slot));
        }
        caughtUp = left > 0 && wheel.caughtUp();
    }

    boolean caughtUp() {
        return caughtUp;
    }

    long nextDueMillis() {
        long next = wheel.nextDueTick();
        for (int queue = 1; queue <= queues; queue++) {
            if (heads[queue] != 0) {
                next = Math.min(next, leases.deadline(heads[queue] - 1));
            }
        }
        return next;
    }

    /** Queues in use, for tests. */
    int queues() {
        return (int) Arrays.stream(heads).filter(head -> head != 0).count();
    }
}
