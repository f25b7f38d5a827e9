package dev.millrace.bench.e2e.load;

import dev.millrace.bench.e2e.nsq.NsqCommands;
import dev.millrace.bench.e2e.nsq.NsqConnection;
import dev.millrace.bench.e2e.nsq.NsqFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Many consuming connections on one thread. Reading pauses on a connection whose answers the server does not take.
 *
 * <p>Thread-safety: all methods may be called by any thread.
 */
public final class ConsumerFleet implements Load {
    private final Selector selector;
    private final List<NsqConnection> connections = new ArrayList<>();
    private final Thread thread;
    private final AtomicLong consumed = new AtomicLong();
    private volatile boolean closing;
    private volatile @Nullable Throwable failure;

    private ConsumerFleet(Selector selector) {
        this.selector = selector;
        this.thread = Thread.ofPlatform().daemon().name("consumers").unstarted(this::run);
    }

    /** One subscription of the fleet. */
    public record Subscription(String topic, String channel) {}

    /** Opens a connection for each subscription, then starts consuming on all of them. */
    public static ConsumerFleet start(InetSocketAddress address, List<Subscription> subscriptions, int readyCount)
            throws IOException {
        return start(address, subscriptions, readyCount, NsqConnection.Settings.small());
    }

    /** The same with settings of one's own. */
    public static ConsumerFleet start(InetSocketAddress address, List<Subscription> subscriptions, int readyCount,
            NsqConnection.Settings settings) throws IOException {
        ConsumerFleet fleet = new ConsumerFleet(Selector.open());
        try {
            for (Subscription subscription : subscriptions) {
                NsqConnection connection = NsqConnection.open(address, settings);
                fleet.connections.add(connection);
                connection.subscribe(subscription.topic(), subscription.channel());
                connection.send(NsqCommands.ready(readyCount));
            }
            for (NsqConnection connection : fleet.connections) {
                connection.channel().configureBlocking(false);
                connection.channel().register(fleet.selector, SelectionKey.OP_READ, connection);
            }
        } catch (IOException | RuntimeException e) {
            fleet.closeAll();
            throw e;
        }
        fleet.thread.start();
        return fleet;
    }

    private void run() {
        try {
            while (!closing) {
                selector.select(this::serve);
            }
        } catch (IOException | RuntimeException e) {
            failure = closing ? null : e;
        }
    }

    private void serve(SelectionKey key) {
        NsqConnection connection = (NsqConnection) key.attachment();
        try {
            if (key.isReadable()) {
                read(connection);
            }
            ByteBuffer answers = connection.parser().out();
            if (answers.hasRemaining()) {
                connection.channel().write(answers);
            }
            key.interestOps(answers.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } catch (IOException e) {
            throw new NsqFailure("a consuming connection broke: " + e);
        }
    }

    private void read(NsqConnection connection) throws IOException {
        if (connection.channel().read(connection.parser().in()) < 0) {
            throw new NsqFailure("the server closed a consuming connection");
        }
        long before = connection.parser().messages();
        connection.parser().parse();
        consumed.setRelease(consumed.getPlain() + connection.parser().messages() - before);
    }

    @Override
    public long messages() {
        Throwable seen = failure;
        if (seen != null) {
            throw new IllegalStateException("the consumers stopped: " + seen.getMessage(), seen);
        }
        return consumed.getAcquire();
    }

    @Override
    public void close() throws IOException {
        closing = true;
        selector.wakeup();
        Threads.join(thread);
        closeAll();
    }

    private void closeAll() throws IOException {
        for (NsqConnection connection : connections) {
            connection.close();
        }
        selector.close();
    }
}
