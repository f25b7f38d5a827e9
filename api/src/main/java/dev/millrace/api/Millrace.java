package dev.millrace.api;

import dev.millrace.api.internal.Engines;
import dev.millrace.api.spi.Target;
import dev.millrace.api.task.Batch;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The way in: an engine inside this process, or a connection to a server.
 *
 * <pre>
 *   try (Millrace m = Millrace.open(Path.of("data"))) {
 *       m.topic("orders").publish("order 17");
 *       m.topic("orders").group("mail").subscribe(order -&gt; send(order.text()));
 *   }
 * </pre>
 */
public interface Millrace extends AutoCloseable {
    /** Opens a folder with the default options. */
    static Millrace open(Path folder) {
        return open(folder, OpenOptions.defaults());
    }

    /**
     * Runs the engine in this process on a folder, which is made if it is missing and which one process at a time can use.
     * Returns when it serves. Needs Java 25 and {@code millrace-node} on the class path.
     *
     * @throws MillraceException.Fatal
     *             without these, or when the folder's data is damaged
     * @throws MillraceException.Unavailable
     *             when another process uses the folder
     */
    static Millrace open(Path folder, OpenOptions options) {
        return Engines.start(new Target.Folder(folder, options), options.publishLimits());
    }

    /** Connects with the default options. */
    static Millrace connect(String address) {
        return connect(address, ConnectOptions.defaults());
    }

    /**
     * Connects to a server. Needs {@code millrace-client} on the class path.
     *
     * @param address
     *            {@code host:port} of its native gRPC door: {@code "localhost:7071"}
     */
    static Millrace connect(String address, ConnectOptions options) {
        return Engines.start(new Target.Server(address, options), options.publishLimits());
    }

    /** A topic by its name: 1 to 64 letters, digits, dots, dashes and underscores, at the end perhaps #ephemeral. */
    Topic topic(String name);

    /** A task queue by its name, which is that of its topic; it is made when the first task is enqueued. */
    TaskQueue queue(String name);

    /** All task queues by name. */
    List<QueueStats> queues();

    CompletableFuture<List<QueueStats>> queuesAsync();

    /** A batch that was opened before, here or in another process; see {@link TaskQueue#openBatch}. */
    Batch batch(BatchId id);

    /** Sets up handlers for the tasks of queues. */
    Worker.Builder worker();

    /** All topics by name. */
    List<TopicStats> topics();

    CompletableFuture<List<TopicStats>> topicsAsync();

    /**
     * Closes all subscriptions and workers, each with up to {@code drain} for its running handlers, gives back what is left, and
     * closes the engine or the connection. Idempotent; later calls of anything else throw
     * {@link MillraceException.Closed}.
     */
    void close(Duration drain);

    /** The same with the drain time of each subscription and worker. */
    @Override
    void close();
}
