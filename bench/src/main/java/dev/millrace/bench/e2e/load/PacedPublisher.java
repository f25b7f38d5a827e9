package dev.millrace.bench.e2e.load;

import dev.millrace.bench.e2e.nsq.CommandRing;
import dev.millrace.bench.e2e.nsq.NsqCommands;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Publishes single messages at a fixed rate whatever the server does: the plan is made before, message i is due at start
 * + i × interval, and carries that instant (not the one at which it was really sent) in the first eight bytes of its
 * body. A server that stalls, or a sender that is late because of it, therefore shows in the latencies of all messages
 * that should have been sent meanwhile: no coordinated omission.
 *
 * <p>Belongs to one thread.
 */
public final class PacedPublisher implements Pacing {
    /** What a body needs to hold the two stamps: when it was due and when it was sent. */
    public static final int STAMP_BYTES = 2 * Long.BYTES;

    private final NsqConnection connection;
    private final ByteBuffer command;
    private final int stampOffset;

    public PacedPublisher(NsqConnection connection, String topic, int bodyBytes) throws IOException {
        if (bodyBytes < STAMP_BYTES) {
            throw new IllegalArgumentException(
                    "a body of " + bodyBytes + " bytes cannot hold the two time stamps, at least " + STAMP_BYTES);
        }
        byte[] bytes = NsqCommands.publish(topic, CommandRing.letters(bodyBytes, new SplittableRandom(7)));
        this.connection = connection;
        this.command = ByteBuffer.allocateDirect(bytes.length).put(bytes);
        this.stampOffset = bytes.length - bodyBytes;
        connection.channel().configureBlocking(false);
    }

    @Override
    public void publish(long messages, long startNanos, long intervalNanos) throws IOException {
        long answersBefore = connection.parser().responses();
        for (long i = 0; i < messages; i++) {
            long due = startNanos + i * intervalNanos;
            Threads.sleepUntil(due);
            command.putLong(stampOffset, due).putLong(stampOffset + Long.BYTES, System.nanoTime()).clear();
            while (command.hasRemaining()) {
                connection.channel().write(command);
            }
            connection.pump();
        }
        connection.channel().configureBlocking(true);
        connection.awaitResponses(answersBefore + messages);
        connection.channel().configureBlocking(false);
    }

    /** Closes the connection. */
    @Override
    public void close() throws IOException {
        connection.close();
    }
}
