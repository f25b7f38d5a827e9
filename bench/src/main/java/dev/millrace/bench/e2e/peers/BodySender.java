package dev.millrace.bench.e2e.peers;

import dev.millrace.bench.e2e.load.Client;
import dev.millrace.bench.e2e.load.PacedPublisher;
import dev.millrace.bench.e2e.load.Pacing;
import dev.millrace.bench.e2e.load.Sending;
import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.nsq.CommandRing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sends single bodies through a client that answers each later, with a bounded number of them without an answer.
 *
 * <p>Thread-safety: one thread publishes; answers may come on any.
 */
abstract class BodySender implements Sending, Pacing {
    private static final int BODIES = 1_024;
    private static final long ANSWER_SECONDS = 120;

    private final byte[][] bodies = new byte[BODIES][];
    private final int batch;
    private final int window;
    private final Semaphore room;
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile @Nullable Throwable failure;

    /** @param window the most without an answer, which may differ from the stream's where the client has its own */
    BodySender(Client.Stream stream, int window) {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < BODIES; i++) {
            bodies[i] = CommandRing.letters(stream.bodyBytes(), random);
        }
        this.batch = stream.batch();
        this.window = window;
        this.room = new Semaphore(window);
    }

    /** Sends one, perhaps only at the next {@link #flush}; calls {@link #answered} once for it. */
    abstract void send(byte[] body);

    /** Sends what waits. */
    abstract void flush();

    /** The server has one more, or it was refused. */
    final void answered(@Nullable Throwable error) {
        if (error != null) {
            failure = error;
        }
        acknowledged.getAndIncrement();
        room.release();
    }

    @Override
    public final long publish(long messages, long deadlineNanos) throws IOException {
        long sent = 0;
        while (sent < messages && System.nanoTime() - deadlineNanos < 0) {
            long end = Math.min(messages, sent + batch);
            for (; sent < end; sent++) {
                takeRoom();
                send(bodies[(int) (sent % BODIES)]);
            }
            flush();
        }
        awaitAnswers();
        return sent;
    }

    @Override
    public final void publish(long messages, long startNanos, long intervalNanos) throws IOException {
        for (long i = 0; i < messages; i++) {
            long due = startNanos + i * intervalNanos;
            Threads.sleepUntil(due);
            byte[] body = bodies[(int) (i % BODIES)].clone();
            ByteBuffer.wrap(body).putLong(due).putLong(System.nanoTime());
            takeRoom();
            send(body);
            flush();
        }
        awaitAnswers();
    }

    private void takeRoom() throws IOException {
        if (!room.tryAcquire()) {
            flush();
            acquire(1);
        }
    }

    private void awaitAnswers() throws IOException {
        flush();
        acquire(window);
        room.release(window);
    }

    private void acquire(int permits) throws IOException {
        try {
            boolean taken = room.tryAcquire(permits, ANSWER_SECONDS, TimeUnit.SECONDS);
            Throwable seen = failure;
            if (seen != null) {
                throw new IOException("a message was not taken: " + seen, seen);
            }
            if (!taken) {
                throw new IOException("no answer came within " + ANSWER_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for answers", e);
        }
    }

    @Override
    public final long acknowledged() {
        return acknowledged.get();
    }

    /** For latency: bodies that hold both stamps, each sent by itself. */
    static Client.Stream paced(String topic, int bodyBytes) {
        if (bodyBytes < PacedPublisher.STAMP_BYTES) {
            throw new IllegalArgumentException(
                    "a body of " + bodyBytes + " bytes cannot hold the two time stamps, at least "
                            + PacedPublisher.STAMP_BYTES);
        }
        return new Client.Stream(topic, bodyBytes, 1, 10_000);
    }
}
