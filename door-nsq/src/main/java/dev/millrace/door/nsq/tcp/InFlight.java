package dev.millrace.door.nsq.tcp;

import java.util.Arrays;

/**
 * The messages that a connection was sent and has not answered: id to lease token and time of delivery. Open addressing
 * with linear probing over primitive arrays; nothing is allocated before the first message, nothing per message.
 *
 * <p>
 * A lease that ends by time is not reported here, so entries may be stale; {@link #removeSentBefore} clears them.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class InFlight {
    static final int NOT_FOUND = -1;
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
    private static final int FIRST_CAPACITY = 16;
    private static final long[] NOTHING = new long[0];

    private long[] ids = NOTHING;
    private long[] tokens = NOTHING;
    private long[] sentMillis = NOTHING;
    /** Wall time of the publish; only kept when asked for. */
    private final boolean withBirth;
    private long[] bornNanos = NOTHING;
    private int size;
    private int shift;

    InFlight(boolean withBirth) {
        this.withBirth = withBirth;
    }

    int size() {
        return size;
    }

    /** Slots at hand; more than four thirds of {@link #size} except when new. */
    int capacity() {
        return ids.length;
    }

    /** @param id not 0 */
    void put(long id, long token, long nowMillis, long birthNanos) {
        if (size * 4 >= ids.length * 3) {
            resize(Math.max(FIRST_CAPACITY, ids.length * 2));
        }
        int slot = home(id);
        while (ids[slot] != 0 && ids[slot] != id) {
            slot = slot + 1 & ids.length - 1;
        }
        if (ids[slot] == 0) {
            ids[slot] = id;
            size++;
        }
        tokens[slot] = token;
        sentMillis[slot] = nowMillis;
        if (withBirth) {
            bornNanos[slot] = birthNanos;
        }
    }

    /** The slot of this id, or {@link #NOT_FOUND}; valid until the next change. */
    int find(long id) {
        if (size == 0) {
            return NOT_FOUND;
        }
        int slot = home(id);
        while (ids[slot] != id) {
            if (ids[slot] == 0) {
                return NOT_FOUND;
            }
            slot = slot + 1 & ids.length - 1;
        }
        return slot;
    }

    long token(int slot) {
        return tokens[slot];
    }

    long sentMillis(int slot) {
        return sentMillis[slot];
    }

    /** 0 unless it is kept. */
    long bornNanos(int slot) {
        return withBirth ? bornNanos[slot] : 0;
    }

    /** Removes and moves up what was pushed aside by it. */
    void remove(int slot) {
        int mask = ids.length - 1;
        int gap = slot;
        int next = gap + 1 & mask;
        while (ids[next] != 0) {
            int home = home(ids[next]);
            if ((next - home & mask) >= (next - gap & mask)) {
                ids[gap] = ids[next];
                tokens[gap] = tokens[next];
                sentMillis[gap] = sentMillis[next];
                if (withBirth) {
                    bornNanos[gap] = bornNanos[next];
                }
                gap = next;
            }
            next = next + 1 & mask;
        }
        ids[gap] = 0;
        size--;
    }

    /** How many were sent at this time or later. */
    int countSentSince(long millis) {
        int count = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] != 0 && sentMillis[i] >= millis) {
                count++;
            }
        }
        return count;
    }

    /** Forgets what was sent before this time, and gives back memory that is not needed. */
    void removeSentBefore(long millis) {
        long[] oldIds = ids;
        long[] oldTokens = tokens;
        long[] oldSent = sentMillis;
        long[] oldBorn = bornNanos;
        int kept = countSentSince(millis);
        allocate(kept == 0 ? 0 : Math.max(FIRST_CAPACITY, Integer.highestOneBit(kept * 4)));
        for (int i = 0; i < oldIds.length; i++) {
            if (oldIds[i] != 0 && oldSent[i] >= millis) {
                put(oldIds[i], oldTokens[i], oldSent[i], withBirth ? oldBorn[i] : 0);
            }
        }
    }

    private int home(long id) {
        return (int) ((id * GOLDEN) >>> shift);
    }

    private void resize(int capacity) {
        long[] oldIds = ids;
        long[] oldTokens = tokens;
        long[] oldSent = sentMillis;
        long[] oldBorn = bornNanos;
        allocate(capacity);
        for (int i = 0; i < oldIds.length; i++) {
            if (oldIds[i] != 0) {
                put(oldIds[i], oldTokens[i], oldSent[i], withBirth ? oldBorn[i] : 0);
            }
        }
    }

    private void allocate(int capacity) {
        ids = new long[capacity];
        tokens = new long[capacity];
        sentMillis = new long[capacity];
        bornNanos = withBirth ? new long[capacity] : NOTHING;
        size = 0;
        shift = capacity == 0 ? 0 : Long.numberOfLeadingZeros(capacity) + 1;
    }

    @Override
    public String toString() {
        return Arrays.stream(ids).filter(id -> id != 0).mapToObj(Long::toHexString).toList().toString();
    }
}
