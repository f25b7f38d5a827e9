package dev.millrace.bench.e2e.load;

import dev.millrace.bench.e2e.nsq.NsqCommands;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import dev.millrace.bench.e2e.nsq.NsqFailure;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Consumes one channel on a thread of its own: every message is answered by a FIN, all FINs of one read in one write.
 *
 * <p>Thread-safety: all methods may be called by any thread.
 */
public final class Consumer implements Load {
    private final NsqConnection connection;
    private final Thread thread;
    private final AtomicLong consumed = new AtomicLong();
    private volatile boolean closing;
    private volatile @Nullable Throwable failure;

    private Consumer(NsqConnection connection) {
        this.connection = connection;
        this.thread = Thread.ofPlatform().daemon().name("consumer").unstarted(this::run);
    }

    /** Starts on a connection that has subscribed. */
    public static Consumer start(NsqConnection connection, int readyCount) throws IOException {
        Consumer consumer = new Consumer(connection);
        connection.send(NsqCommands.ready(readyCount));
        consumer.thread.start();
        return consumer;
    }

    private void run() {
        try {
            while (!closing) {
                connection.pump();
                consumed.setRelease(connection.parser().messages());
            }
        } catch (ClosedChannelException e) {
            if (!closing) {
                failure = e;
            }
        } catch (IOException | NsqFailure e) {
            failure = closing ? null : e;
        }
    }

    @Override
    public long messages() {
        Throwable seen = failure;
        if (seen != null) {
            throw new IllegalStateException("the consumer stopped: " + seen.getMessage(), seen);
        }
        return consumed.getAcquire();
    }

    /** Closes the connection and waits for the thread. */
    @Override
    public void close() throws IOException {
        closing = true;
        connection.close();
        Threads.join(thread);
    }
}
