package dev.millrace.node.embedded;

import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.FlowEngine;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.TaskEngine;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskAction;
import dev.millrace.api.task.TaskFilter;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.node.Broker;
import dev.millrace.node.TopicStats;
import dev.millrace.node.tasks.TaskAnswer;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.Tasks;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The task queues of an embedded node. It translates and decides nothing. Thread safety: any thread. */
final class EmbeddedTasks implements TaskEngine {
    /** Bytes of one batch, about, so that many tasks are not one record that the log refuses. */
    private static final long BATCH_BYTES = 256 << 10;

    private final Broker broker;
    private final Tasks tasks;
    private final Threads threads;
    private final InstantSource clock;
    private final EmbeddedFlows flows;

    EmbeddedTasks(Broker broker, Threads threads, InstantSource clock) {
        this.broker = broker;
        this.clock = clock;
        this.threads = threads;
        tasks = broker.tasks();
        flows = new EmbeddedFlows(tasks, clock);
    }

    @Override
    public FlowEngine flows() {
        return flows;
    }

    // ---- enqueueing ----

    @Override
    public CompletableFuture<List<Enqueued>> enqueue(String queue, List<Task> added) {
        List<CompletableFuture<List<dev.millrace.node.tasks.Enqueued>>> sent = new ArrayList<>();
        List<TaskSpec> batch = new ArrayList<>();
        long bytes = 0;
        for (TaskSpec spec : specs(added)) {
            bytes += spec.roughBytes();
            if (bytes > BATCH_BYTES && !batch.isEmpty()) {
                sent.add(tasks.enqueue(queue, List.copyOf(batch)));
                batch.clear();
                bytes = spec.roughBytes();
            }
            batch.add(spec);
        }
        sent.add(tasks.enqueue(queue, List.copyOf(batch)));
        return Failures.translate(CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> results(sent, added.size())));
    }

    private List<TaskSpec> specs(List<Task> added) {
        Instant now = clock.instant();
        return added.stream().map(task -> TaskViews.of(task, now)).toList();
    }

    /** All have ended. */
    private static List<Enqueued> results(List<CompletableFuture<List<dev.millrace.node.tasks.Enqueued>>> sent,
            int size) {
        long taken = sent.stream()
                .filter(batch -> !batch.isCompletedExceptionally())
                .flatMap(batch -> batch.join().stream())
                .filter(one -> one.refusal().isEmpty())
                .count();
        List<Enqueued> results = new ArrayList<>(size);
        for (CompletableFuture<List<dev.millrace.node.tasks.Enqueued>> batch : sent) {
            for (dev.millrace.node.tasks.Enqueued one : batch.join()) {
                if (!one.refusal().isEmpty()) {
                    String message = taken + " of " + size + " tasks were enqueued: " + one.refusal();
                    throw one.isWithoutBatch() ? new MillraceException.NotFound(message)
                            : new MillraceException.LimitReached(message);
                }
                results.add(new Enqueued(new MessageId(one.id()), one.duplicate()));
            }
        }
        return results;
    }

    // ---- working ----

    @Override
    public CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener) {
        return Failures.translate(tasks.createQueue(queue)
                .thenCompose(made -> EmbeddedFeed.open(broker, broker.topic(queue), Tasks.GROUP, leaseMillis, listener,
                        threads)));
    }

    @Override
    public Task task(Leased leased) {
        return leased instanceof LeasedTask own ? own.task() : Task.of("", leased.body());
    }

    // ---- looking ----

    @Override
    public CompletableFuture<Optional<TaskInfo>> task(String queue, MessageId id) {
        return Failures.translate(tasks.find(queue, id.value())
                .thenApply(found -> found.map(info -> TaskViews.of(queue,
                        info))));
    }

    @Override
    public CompletableFuture<Optional<MessageId>> idOf(String queue, String id) {
        return Failures.translate(tasks.idOf(queue, id)
                .thenApply(found -> found == 0 ? Optional.empty() : Optional.of(new MessageId(found))));
    }

    @Override
    public CompletableFuture<Page<TaskInfo>> tasks(String queue, TaskFilter which, String cursor, int limit) {
        long after;
        try {
            after = Views.cursor(cursor);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        return Failures.translate(tasks.page(queue, TaskViews.of(which), after, limit)
                .thenApply(page -> Views.page(page.tasks(), info -> TaskViews.of(queue, info), page.next())));
    }

    @Override
    public CompletableFuture<QueueStats> queueStats(String queue) {
        return Failures.translate(broker.stats(queue)
                .thenApply(all -> queues(all).findFirst()
                        .orElseThrow(() -> new MillraceException.NotFound("there is no queue " + queue
                                + ": enqueue a task in it or start a worker on it first"))));
    }

    @Override
    public CompletableFuture<List<QueueStats>> queues() {
        return Failures.translate(broker.stats(null).thenApply(all -> queues(all).toList()));
    }

    private static Stream<QueueStats> queues(List<TopicStats> topics) {
        return topics.stream()
                .filter(TopicStats::tracked)
                .flatMap(topic -> topic.groups()
                        .stream()
                        .filter(group -> group.name().equals(Tasks.GROUP))
                        .map(group -> TaskViews.of(topic.name(), group)));
    }

    // ---- changing ----

    @Override
    public CompletableFuture<Boolean> change(String queue, MessageId id, TaskAction action) {
        CompletableFuture<TaskAnswer> answer = switch (action) {
            case CANCEL -> tasks.cancel(queue, id.value());
            case RUN_NOW -> tasks.runNow(queue, id.value());
            case ARCHIVE -> tasks.archive(queue, id.value());
            case REDRIVE -> tasks.redrive(queue, id.value());
            case DELETE -> tasks.delete(queue, id.value());
        };
        return Failures.translate(answer.thenApply(what -> what == TaskAnswer.DONE || what == TaskAnswer.ASKED));
    }

    @Override
    public CompletableFuture<Slice> changeSome(String queue, TaskFilter which, TaskAction action, String cursor) {
        long after;
        try {
            after = Views.cursor(cursor);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
        Tasks.Bulk what = switch (action) {
            case CANCEL -> Tasks.Bulk.CANCEL;
            case RUN_NOW -> Tasks.Bulk.RUN_NOW;
            case ARCHIVE -> Tasks.Bulk.ARCHIVE;
            case REDRIVE -> Tasks.Bulk.REDRIVE;
            case DELETE -> Tasks.Bulk.DELETE;
        };
        return Failures.translate(tasks.some(queue, TaskViews.of(which), what, after)
                .thenApply(slice -> new Slice(slice.done(),
                        slice.next() == 0 ? Optional.empty() : Optional.of(Long.toString(slice.next())))));
    }

    @Override
    public CompletableFuture<Void> limits(String queue, QueueLimits limits) {
        return Failures.translate(tasks.createQueue(queue)
                .thenCompose(made -> tasks.limits(queue, new dev.millrace.node.tasks.QueueLimits(
                        limits.concurrencyPerKey(), limits.ratePerKey(), limits.period(), limits.ageing()))));
    }

    @Override
    public CompletableFuture<QueueLimits> limits(String queue) {
        return Failures.translate(tasks.limits(queue)
                .thenApply(limits -> new QueueLimits(limits.concurrencyPerKey(),
                        limits.ratePerKey(), limits.period(), limits.ageing())));
    }

    @Override
    public CompletableFuture<Void> pauseQueue(String queue, boolean paused) {
        return Failures.translate(broker.pauseGroup(queue, Tasks.GROUP, paused));
    }
}
