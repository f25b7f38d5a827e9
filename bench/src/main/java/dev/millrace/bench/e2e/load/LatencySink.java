package dev.millrace.bench.e2e.load;

import dev.millrace.bench.e2e.nsq.MessageSink;
import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;

/**
 * Records for each message the time since it was due, and apart from it how late the sender was. Messages that were due
 * before the window are let pass.
 *
 * <p>Thread-safety: written by the consuming thread; read after that thread has ended.
 */
public final class LatencySink implements MessageSink {
    private static final long HIGHEST_NANOS = 600_000_000_000L;

    private final long windowStartNanos;
    private final Histogram sinceDue = new Histogram(1, HIGHEST_NANOS, 3);
    private final Histogram senderLate = new Histogram(1, HIGHEST_NANOS, 3);

    /**
     * With both histograms empty.
     *
     * @param windowStartNanos the first due instant that counts
     */
    public LatencySink(long windowStartNanos) {
        this.windowStartNanos = windowStartNanos;
    }

    @Override
    public void onMessage(ByteBuffer in, int bodyOffset, int bodyBytes) {
        long due = in.getLong(bodyOffset);
        if (due - windowStartNanos >= 0) {
            sinceDue.recordValue(Math.clamp(System.nanoTime() - due, 1, HIGHEST_NANOS));
            senderLate.recordValue(Math.clamp(in.getLong(bodyOffset + Long.BYTES) - due, 1, HIGHEST_NANOS));
        }
    }

    /** From the instant a message was due to be sent until it was read by the consumer. */
    public Histogram sinceDue() {
        return sinceDue;
    }

    /** From the instant a message was due until the sender's thread was there: the client's own share. */
    public Histogram senderLate() {
        return senderLate;
    }
}
