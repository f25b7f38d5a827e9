package dev.millrace.bench.e2e.peers;

import dev.millrace.bench.e2e.load.Load;
import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.nsq.MessageSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Consumes on a thread of its own, by asking again and again.
 *
 * <p>Thread-safety: all methods may be called by any thread.
 */
final class PollingConsumer implements Load {
    /** One connection's consuming side; its methods are called by one thread. */
    interface Source extends AutoCloseable {
        /** Waits a short time for messages, shows each to {@code taken}, and acknowledges them. */
        void poll(Taken taken) throws Exception;

        @Override
        void close();
    }

    /** Sees each message. */
    interface Taken {
        void body(byte[] body);
    }

    private final Source source;
    private final @Nullable MessageSink sink;
    private final Thread thread;
    private final AtomicLong consumed = new AtomicLong();
    private volatile boolean closing;
    private volatile @Nullable Throwable failure;

    private PollingConsumer(Source source, @Nullable MessageSink sink) {
        this.source = source;
        this.sink = sink;
        thread = Thread.ofPlatform().daemon().name("consumer").unstarted(this::run);
    }

    static PollingConsumer start(Source source, @Nullable MessageSink sink) {
        PollingConsumer consumer = new PollingConsumer(source, sink);
        consumer.thread.start();
        return consumer;
    }

    private void run() {
        try (source) {
            while (!closing) {
                source.poll(this::took);
            }
        } catch (Exception e) {
            failure = closing ? null : e;
        }
    }

    private void took(byte[] body) {
        if (sink != null) {
            sink.onMessage(ByteBuffer.wrap(body), 0, body.length);
        }
        consumed.setRelease(consumed.getPlain() + 1);
    }

    @Override
    public long messages() {
        Throwable seen = failure;
        if (seen != null) {
            throw new IllegalStateException("the consumer stopped: " + seen.getMessage(), seen);
        }
        return consumed.getAcquire();
    }

    @Override
    public void close() throws IOException {
        closing = true;
        Threads.join(thread);
    }
}
