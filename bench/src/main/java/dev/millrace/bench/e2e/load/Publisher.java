package dev.millrace.bench.e2e.load;

import dev.millrace.bench.e2e.nsq.CommandRing;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Publishes as fast as a window, or a rate, allows: at most so many messages are without an answer at any time. One thread sends
 * and reads the answers in turn; all answers of one read are followed by one write.
 *
 * <p>Thread-safety: {@link #publish} belongs to one thread, {@link #acknowledged} may be read by any.
 */
public final class Publisher implements Sending {
    private final NsqConnection connection;
    private final CommandRing ring;
    private final int windowCommands;
    private final double nanosPerCommand;
    private final AtomicLong acknowledged = new AtomicLong();

    /**
     * Publishes the commands of a ring over a connection.
     *
     * @param windowMessages the most messages without an answer; at least one command is always allowed
     */
    public Publisher(NsqConnection connection, CommandRing ring, int windowMessages) {
        this(connection, ring, windowMessages, Double.POSITIVE_INFINITY);
    }

    /**
     * The same at a fixed rate: commands are due evenly, and those that the window held back follow as soon as it allows.
     *
     * @param messagesPerSecond positive
     */
    public Publisher(NsqConnection connection, CommandRing ring, int windowMessages, double messagesPerSecond) {
        this.connection = connection;
        this.ring = ring;
        this.windowCommands = Math.max(1, windowMessages / ring.messagesPerCommand());
        this.nanosPerCommand = 1e9 * ring.messagesPerCommand() / messagesPerSecond;
    }

    /** As {@link Sending#publish}; rounded up to whole commands. */
    @Override
    public long publish(long messages, long deadlineNanos) throws IOException {
        long perCommand = ring.messagesPerCommand();
        long maxCommands = Math.ceilDiv(messages, perCommand);
        long base = connection.parser().responses();
        long ackedBase = acknowledged.getPlain();
        long sent = 0;
        long answered = 0;
        long start = System.nanoTime();
        boolean open = true;
        while (open || answered < sent) {
            open = open && sent < maxCommands && System.nanoTime() - deadlineNanos < 0;
            if (open) {
                long room = Math.min(windowCommands - (sent - answered), maxCommands - sent);
                room = Math.min(room, due(System.nanoTime() - start) - sent);
                ring.write(connection.channel(), (int) room);
                sent += room;
            }
            if (open && answered == sent) {
                Threads.sleepUntil(start + (long) (sent * nanosPerCommand));
            } else if (answered < sent) {
                connection.pump();
                answered = connection.parser().responses() - base;
                acknowledged.setRelease(ackedBase + answered * perCommand);
            }
        }
        return sent * perCommand;
    }

    /** Commands that should have been sent after so long. */
    private long due(long nanos) {
        return nanosPerCommand == 0 ? Long.MAX_VALUE : 1 + (long) (nanos / nanosPerCommand);
    }

    @Override
    public long acknowledged() {
        return acknowledged.getAcquire();
    }

    /** Closes the connection. */
    @Override
    public void close() throws IOException {
        connection.close();
    }
}
