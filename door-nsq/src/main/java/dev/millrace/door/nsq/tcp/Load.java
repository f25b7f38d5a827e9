package dev.millrace.door.nsq.tcp;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections there are, and how many bytes of messages stand before their sockets, all together. Beyond the
 * limit of bytes a connection that has some of its own unsent gets no more until others are sent; one that has none
 * always goes on, so that clients that do not read hold up nobody else. Thread-safe.
 */
public final class Load {
    private final int maxConnections;
    private final long maxBytes;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong waits = new AtomicLong();
    private final Queue<Connection> waiting = new ConcurrentLinkedQueue<>();

    /** 0: no limit. */
    Load(int maxConnections, long maxBytes) {
        this.maxConnections = maxConnections;
        this.maxBytes = maxBytes;
    }

    /** Whether there is room for one more connection; it counts either way until {@link #left}. */
    boolean enter() {
        boolean room = connections.incrementAndGet() <= maxConnections || maxConnections == 0;
        if (!room) {
            refused.incrementAndGet();
        }
        return room;
    }

    void left() {
        connections.decrementAndGet();
    }

    String tooMany() {
        return "E_INVALID the server has as many connections as max-connections allows (" + maxConnections + ")";
    }

    /** Connections that were refused so far. */
    public long refused() {
        return refused.get();
    }

    // ---- bytes of messages ----

    void taken(int count) {
        bytes.addAndGet(count);
    }

    /** So many were sent, or dropped with their connection. */
    void sent(int count) {
        bytes.addAndGet(-count);
        wakeIfRoom();
    }

    boolean hasRoom() {
        return maxBytes == 0 || bytes.get() < maxBytes;
    }

    /** The connection's mailbox hears when there is room again. */
    void await(Connection connection) {
        waits.incrementAndGet();
        if (connection.queued().compareAndSet(false, true)) {
            waiting.add(connection);
        }
        wakeIfRoom();
    }

    private void wakeIfRoom() {
        Connection next;
        while (hasRoom() && (next = waiting.poll()) != null) {
            next.queued().set(false);
            next.deliveryRoom();
        }
    }

    /** Bytes of messages on their way to sockets. */
    public long bytes() {
        return bytes.get();
    }

    /** How often a connection had to wait because of the limit. */
    public long waits() {
        return waits.get();
    }
}
