package dev.millrace.bench.e2e.load;

import dev.millrace.bench.e2e.nsq.CommandRing;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Publishes as fast as a window allows: at most so many messages are without an answer at any time. One thread sends
 * and reads the answers in turn; all answers of one read are followed by one write.
 *
 * <p>Thread-safety: {@link #publish} belongs to one thread, {@link #acknowledged} may be read by any.
 */
public final class Publisher {
    private final NsqConnection connection;
    private final CommandRing ring;
    private final int windowCommands;
    private final AtomicLong acknowledged = new AtomicLong();

    /**
     * Publishes the commands of a ring over a connection.
     *
     * @param windowMessages the most messages without an answer; at least one command is always allowed
     */
    public Publisher(NsqConnection connection, CommandRing ring, int windowMessages) {
        this.connection = connection;
        this.ring = ring;
        this.windowCommands = Math.max(1, windowMessages / ring.messagesPerCommand());
    }

    /**
     * Publishes until the count or the deadline is reached, whichever comes first, and returns when every message sent
     * has been answered.
     *
     * @param messages the most messages to send, rounded up to whole commands
     * @param deadlineNanos a reading of {@link System#nanoTime()} after which nothing more is sent
     * @return the messages sent, all of them answered
     */
    public long publish(long messages, long deadlineNanos) throws IOException {
        long perCommand = ring.messagesPerCommand();
        long maxCommands = Math.ceilDiv(messages, perCommand);
        long base = connection.parser().responses();
        long ackedBase = acknowledged.getPlain();
        long sent = 0;
        long answered = 0;
        boolean open = true;
        while (open || answered < sent) {
            open = open && sent < maxCommands && System.nanoTime() - deadlineNanos < 0;
            if (open) {
                int room = (int) Math.min(windowCommands - (sent - answered), maxCommands - sent);
                ring.write(connection.channel(), room);
                sent += room;
            }
            if (answered < sent) {
                connection.pump();
                answered = connection.parser().responses() - base;
                acknowledged.setRelease(ackedBase + answered * perCommand);
            }
        }
        return sent * perCommand;
    }

    /** Messages that the server has answered since this publisher was made. */
    public long acknowledged() {
        return acknowledged.getAcquire();
    }
}
