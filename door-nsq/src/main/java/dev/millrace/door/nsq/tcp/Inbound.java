package dev.millrace.door.nsq.tcp;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that all connections together have handed over and no shard has copied yet: the door's share of back-pressure.
 * Thread-safe.
 */
final class Inbound {
    /** One connection is not read while it has more than this outstanding. */
    static final long SESSION_LIMIT_BYTES = 1 << 20;
    /** No publisher is read while all together have more than this outstanding. */
    static final long NODE_LIMIT_BYTES = 64 << 20;

    private final AtomicLong bytes = new AtomicLong();

    void handedOver(int count) {
        if (count > 0) {
            bytes.addAndGet(count);
        }
    }

    void copied(int count) {
        bytes.addAndGet(-count);
    }

    boolean isFull() {
        return bytes.get() > NODE_LIMIT_BYTES;
    }

    long bytes() {
        return bytes.get();
    }
}
