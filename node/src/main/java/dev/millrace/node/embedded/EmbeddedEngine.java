package dev.millrace.node.embedded;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.GroupStart;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.OpenOptions;
import dev.millrace.api.Page;
import dev.millrace.api.Published;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.TopicStats;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.TaskEngine;
import dev.millrace.core.log.FolderLogs;
import dev.millrace.core.log.FolderLogsProvider;
import dev.millrace.core.shard.FatalError;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.SyncLevel;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.Broker;
import dev.millrace.node.BrokerException;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import dev.millrace.node.ShardFigures;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node and its folder inside an application. It translates and decides nothing.
 *
 * <p>
 * Thread safety: any thread. Files are opened and closed on threads that users cannot interrupt; all else is a hand-over
 * to the shards.
 */
final class EmbeddedEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedEngine.class);
    private static final long SYNC_INTERVAL_MILLIS = 100;
    /** Ids of fewer messages are counted on the shard's thread: a hand-over would cost more. */
    private static final int FEW = 64;

    private final FolderLogs logs;
    private final Node node;
    private final Broker broker;
    private final Threads threads = new Threads();
    private final Publishers publishers;
    private final TaskEngine tasks;
    private final ShardClock clock;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedEngine(FolderLogs logs, Node node, ShardClock clock, UnaryOperator<TaskEngine> around) {
        this.logs = logs;
        this.node = node;
        this.clock = clock;
        broker = node.broker();
        publishers = new Publishers(broker, threads);
        tasks = around.apply(new EmbeddedTasks(broker, threads, clock()));
    }

    /** Opens the folder and recovers what is in it; returns when it serves. */
    static EmbeddedEngine open(Path folder, OpenOptions options) {
        return open(folder, options, ShardClock.SYSTEM);
    }

    /** The same with another clock. */
    static EmbeddedEngine open(Path folder, OpenOptions options, ShardClock clock) {
        return open(onDefect -> folderLogs(folder, options, onDefect), nodeOptions(options), clock, tasks -> tasks);
    }

    /** The same with another log and clock. */
    static EmbeddedEngine open(Function<Consumer<Throwable>, FolderLogs> logs, ShardClock clock,
            UnaryOperator<TaskEngine> around) {
        return open(logs, nodeOptions(OpenOptions.defaults()), clock, around);
    }

    private static EmbeddedEngine open(Function<Consumer<Throwable>, FolderLogs> logs, NodeOptions options,
            ShardClock clock, UnaryOperator<TaskEngine> around) {
        return Shielded.call("millrace-open", () -> {
            try {
                FolderLogs opened = logs.apply(EmbeddedEngine::defect);
                try {
                    return new EmbeddedEngine(opened, Node.open(opened, options, clock), clock, around);
                } catch (RuntimeException e) {
                    opened.close();
                    throw e;
                }
            } catch (RuntimeException e) {
                throw Failures.of(e);
            }
        });
    }

    private static FolderLogs folderLogs(Path folder, OpenOptions options, Consumer<Throwable> onDefect) {
        FolderLogsProvider.Sync sync = switch (options.sync()) {
            case ALWAYS -> FolderLogsProvider.Sync.ALWAYS;
            case INTERVAL -> FolderLogsProvider.Sync.INTERVAL;
            case OS -> FolderLogsProvider.Sync.OS;
        };
        return logs().open(new FolderLogsProvider.Settings(folder, sync, SYNC_INTERVAL_MILLIS, options.cacheBytes(),
                options.segmentBytes()), onDefect);
    }

    private static FolderLogsProvider logs() {
        return ServiceLoader.load(FolderLogsProvider.class, EmbeddedEngine.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new MillraceException.Fatal("no log is on the class path: add the dependency"
                        + " dev.millrace:millrace-log-file, which millrace-node brings along unless it is excluded"));
    }

    private static NodeOptions nodeOptions(OpenOptions options) {
        ShardOptions defaults = ShardOptions.DEFAULT;
        SyncLevel level = switch (options.sync()) {
            case ALWAYS -> SyncLevel.ALWAYS;
            case INTERVAL -> SyncLevel.INTERVAL;
            case OS -> SyncLevel.OS;
        };
        return new NodeOptions(1, 0, new ShardOptions(defaults.origin(), level, SYNC_INTERVAL_MILLIS,
                defaults.snapshotEveryBytes(), defaults.limits()));
    }

    /** An error in a thread of the log, after which nothing can be promised; of an exception its caller hears. */
    private static void defect(Throwable error) {
        if (error instanceof Error) {
            FatalError.end(Thread.currentThread().getName(), error);
        }
        LOG.error("a thread of the log failed", error);
    }

    // ---- messages ----

    @Override
    public CompletableFuture<List<MessageId>> publish(String topic, List<Message> messages) {
        TopicRef ref = broker.topic(topic);
        PublishBatch batch;
        try {
            batch = new PublishBatch(ref, messages, clock().instant());
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Submission> sent = publishers.send(ref, batch.submission());
        return messages.size() <= FEW ? sent.thenApply(done -> ids(batch, done, ref))
                : sent.thenApplyAsync(done -> ids(batch, done, ref), threads);
    }

    @Override
    public CompletableFuture<List<Published>> publishOnce(String topic, List<Message> messages) {
        TopicRef ref = broker.topic(topic);
        try {
            return OncePublishes.run(broker, ref, messages, clock().instant());
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private List<MessageId> ids(PublishBatch batch, Submission done, TopicRef topic) {
        return batch.ids(done, () -> broker.noRoom(topic.shard()));
    }

    @Override
    public CompletableFuture<Feed> subscribe(String topic, String group, long leaseMillis, FeedListener listener) {
        TopicRef ref = broker.topic(topic);
        try {
            return EmbeddedFeed.open(broker, ref, group, leaseMillis, listener, threads);
        } catch (BrokerException e) {
            return unavailable(e);
        }
    }

    @Override
    public CompletableFuture<List<Leased>> pull(String topic, String group, Pull pull) {
        TopicRef ref = broker.topic(topic);
        try {
            return EmbeddedPull.start(broker, ref, group, pull, threads);
        } catch (BrokerException e) {
            return unavailable(e);
        }
    }

    /** The session was not opened, so nothing was done. */
    private static <T> CompletableFuture<T> unavailable(BrokerException e) {
        return CompletableFuture.failedFuture(
                new MillraceException.Unavailable("the engine does not serve: " + e.getMessage(), e));
    }

    // ---- administration ----

    @Override
    public CompletableFuture<Boolean> createTopic(String topic) {
        return Failures.translate(broker.createTopic(topic));
    }

    @Override
    public CompletableFuture<Boolean> createGroup(String topic, String group, GroupStart start) {
        return Failures.translate(broker.createGroup(topic, group, switch (start) {
            case DEFAULT -> dev.millrace.node.GroupStart.DEFAULT;
            case EARLIEST -> dev.millrace.node.GroupStart.EARLIEST;
            case NOW -> dev.millrace.node.GroupStart.NOW;
        }));
    }

    @Override
    public CompletableFuture<Void> deleteTopic(String topic) {
        return Failures.translate(broker.deleteTopic(topic));
    }

    @Override
    public CompletableFuture<Void> deleteGroup(String topic, String group) {
        return Failures.translate(broker.deleteGroup(topic, group));
    }

    @Override
    public CompletableFuture<Void> emptyTopic(String topic) {
        return Failures.translate(broker.emptyTopic(topic));
    }

    @Override
    public CompletableFuture<Void> emptyGroup(String topic, String group) {
        return Failures.translate(broker.emptyGroup(topic, group));
    }

    @Override
    public CompletableFuture<Void> pauseTopic(String topic, boolean paused) {
        return Failures.translate(broker.pauseTopic(topic, paused));
    }

    @Override
    public CompletableFuture<Void> pauseGroup(String topic, String group, boolean paused) {
        return Failures.translate(broker.pauseGroup(topic, group, paused));
    }

    @Override
    public CompletableFuture<Void> retryPolicy(String topic, String group, RetryPolicy policy) {
        return Failures.translate(broker.setRetryPolicy(topic, group,
                new dev.millrace.node.RetryPolicy(policy.maxAttempts(), policy.minBackoff(), policy.maxBackoff(),
                        policy.jitterPercent())));
    }

    @Override
    public CompletableFuture<List<TopicStats>> topics() {
        return Failures.translate(broker.stats(null).thenApply(all -> all.stream().map(Views::of).toList()));
    }

    @Override
    public CompletableFuture<TopicStats> topic(String topic) {
        return Failures.translate(broker.stats(topic)
                .thenApply(all -> all.stream()
                        .findFirst()
                        .map(Views::of)
                        .orElseThrow(() -> new MillraceException.NotFound("there is no topic " + topic
                                + ": publish to it or create it first"))));
    }

    // ---- dead letters ----

    @Override
    public CompletableFuture<Page<DeadLetter>> deadLetters(String topic, String group, String cursor, int limit) {
        long after;
        try {
            after = Views.cursor(cursor);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        return Failures.translate(broker.deadLetters(topic, group, after, limit).thenApply(letters -> {
            Optional<String> next = letters.size() < limit ? Optional.empty()
                    : Optional.of(Long.toString(letters.getLast().cursor()));
            return new Page<>(letters.stream().map(Views::of).toList(), next);
        }));
    }

    @Override
    public CompletableFuture<Long> replayDead(String topic, String group, List<MessageId> ids) {
        return Failures.translate(broker.replayDead(topic, group, values(ids)).thenApply(Integer::longValue));
    }

    @Override
    public CompletableFuture<Long> replayAllDead(String topic, String group) {
        return Failures.translate(broker.replayAllDead(topic, group));
    }

    @Override
    public CompletableFuture<Long> purgeDead(String topic, String group, List<MessageId> ids) {
        return Failures.translate(broker.purgeDead(topic, group, values(ids)));
    }

    @Override
    public CompletableFuture<Long> purgeAllDead(String topic, String group) {
        return Failures.translate(broker.purgeDead(topic, group, List.of()));
    }

    private static List<Long> values(List<MessageId> ids) {
        return ids.stream().map(MessageId::value).toList();
    }

    @Override
    public Optional<TaskEngine> tasks() {
        return Optional.of(tasks);
    }

    @Override
    public InstantSource clock() {
        return () -> Instant.ofEpochMilli(clock.wallMillis());
    }

    /** Returns when what follows tasks that are over has been enqueued, but for what is refused. */
    void awaitFollowing() {
        ShardFigures.Mail before = mail();
        ShardFigures.Mail now = before;
        while (now.waiting() > 0 && now.refused() == before.refused()) {
            now = mail(); // each asking waits for the shards
        }
    }

    private ShardFigures.Mail mail() {
        return Failures.translate(broker.figures())
                .join()
                .stream()
                .map(shard -> shard.traffic().mail())
                .reduce(new ShardFigures.Mail(0, 0, 0), (a, b) -> new ShardFigures.Mail(a.waiting() + b.waiting(),
                        a.carried() + b.carried(), a.refused() + b.refused()));
    }

    // ---- its life ----

    @Override
    public Executor executor() {
        return threads;
    }

    @Override
    public void close() {
        stop(false);
    }

    /** Stops without a goodbye: no snapshot, no subscription ends, the next start finds everything as after a crash. */
    void crash() {
        stop(true);
    }

    private void stop(boolean abruptly) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        Shielded.call("millrace-close", () -> {
            try {
                if (abruptly) {
                    node.hurry().join();
                }
                node.close();
            } catch (RuntimeException e) {
                throw Failures.of(e);
            } finally {
                logs.close();
                threads.close();
            }
            return true;
        });
    }
}
