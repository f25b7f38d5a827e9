package dev.millrace.door.nsq.tcp;

import dev.millrace.core.message.MessageView;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop. Shards wake the loop at most once for whatever they have for any of them, and one
 * tick serves all their deadlines.
 *
 * <p>
 * Thread safety: the event loop, except {@link #mail} and {@link #snapshots}.
 */
final class LoopContext {
    private static final long TICK_MILLIS = 100;
    private static final int KEPT_BATCHES = 64;

    private final EventLoop loop;
    private final Queue<Connection> withMail = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final Set<Connection> connections = new HashSet<>();
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private final MessageView view = new MessageView();
    private @Nullable ScheduledFuture<?> ticker;

    LoopContext(EventLoop loop) {
        this.loop = loop;
    }

    // ---- any thread ----

    /** The connection has mail; its loop will call {@link Connection#readMail}. */
    void mail(Connection connection) {
        withMail.add(connection);
        if (awake.compareAndSet(false, true)) {
            try {
                loop.execute(this::deliverMail);
            } catch (RejectedExecutionException e) {
                // The loop has ended, and with it every connection: only what they hold has to be let go.
                deliverNothing();
            }
        }
    }

    /** What every connection is at. */
    CompletableFuture<List<ClientSnapshot>> snapshots() {
        CompletableFuture<List<ClientSnapshot>> result = new CompletableFuture<>();
        try {
            loop.execute(() -> {
                List<ClientSnapshot> all = new ArrayList<>(connections.size());
                connections.forEach(connection -> all.add(connection.snapshot()));
                result.complete(all);
            });
        } catch (RejectedExecutionException e) {
            result.complete(List.of());
        }
        return result;
    }

    /** Runs {@code action} on the loop for each of its connections; done when all have been called. */
    CompletableFuture<Void> forEach(java.util.function.Consumer<Connection> action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            loop.execute(() -> {
                List.copyOf(connections).forEach(action);
                done.complete(null);
            });
        } catch (RejectedExecutionException e) {
            done.complete(null);
        }
        return done;
    }

    // ---- the loop ----

    private void deliverMail() {
        awake.set(false);
        Connection connection;
        while ((connection = withMail.poll()) != null) {
            connection.readMail();
        }
    }

    private void deliverNothing() {
        Connection connection;
        while ((connection = withMail.poll()) != null) {
            connection.dropMail();
        }
    }

    void add(Connection connection) {
        connections.add(connection);
        if (ticker == null) {
            ticker = loop.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    void remove(Connection connection) {
        connections.remove(connection);
        if (connections.isEmpty() && ticker != null) {
            ticker.cancel(false);
            ticker = null;
        }
    }

    private void tick() {
        long now = nowMillis();
        for (Connection connection : List.copyOf(connections)) {
            connection.tick(now);
        }
    }

    /** Monotonic time; only differences mean something. */
    long nowMillis() {
        return System.nanoTime() / 1_000_000;
    }

    /** The one view for all deliveries of this loop: nobody keeps it from message to message. */
    MessageView view() {
        return view;
    }

    Batch takeBatch() {
        Batch batch = batches.poll();
        return batch == null ? new Batch() : batch;
    }

    void giveBack(Batch batch) {
        if (batch.reset() && batches.size() < KEPT_BATCHES) {
            batches.add(batch);
        }
    }
}
