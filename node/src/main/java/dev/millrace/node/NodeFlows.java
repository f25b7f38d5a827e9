package dev.millrace.node;

import dev.millrace.core.machine.BatchProgress;
import dev.millrace.core.machine.GatherLimits;
import dev.millrace.core.shard.Enqueue;
import dev.millrace.core.shard.Enqueues;
import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.TaskEncoder;
import dev.millrace.node.tasks.TaskFlows;
import dev.millrace.node.tasks.TaskSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Batches and groups of a node; each request goes to the shard that is home to its queue. */
final class NodeFlows implements TaskFlows {
    private final NodeBroker broker;

    NodeFlows(NodeBroker broker) {
        this.broker = broker;
    }

    private static <T> CompletableFuture<T> invalid(RuntimeException reason) {
        return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.INVALID,
                String.valueOf(reason.getMessage())));
    }

    @Override
    public CompletableFuture<Enqueued> openBatch(String queue, TaskSpec completion) {
        Enqueue task;
        try {
            task = TaskEncoder.completion(broker.topic(queue), completion);
        } catch (IllegalArgumentException e) {
            return invalid(e);
        }
        return NodeBroker.translate(broker.at(queue, shard -> Enqueues.run(shard, task)).thenApply(outcome -> {
            broker.nodeTasks().check(queue, outcome);
            return NodeTasks.results(task).getFirst();
        }));
    }

    @Override
    public CompletableFuture<Boolean> closeBatch(TaskSpec.BatchRef batch) {
        return broker.at(batch.queue(),
                shard -> shard.machine().tracked().batches().close(shard.machine().topic(batch.queue()), batch.id()));
    }

    @Override
    public CompletableFuture<Optional<BatchInfo>> batch(TaskSpec.BatchRef batch) {
        return broker.at(batch.queue(), shard -> {
            BatchProgress progress = shard.machine()
                    .tracked()
                    .batches()
                    .progress(shard.machine().topic(batch.queue()), batch.id());
            return progress == null ? Optional.empty()
                    : Optional.of(new BatchInfo(batch, progress.closed(), progress.added(), progress.done(),
                            progress.dead(), progress.cancelled(), progress.expired()));
        });
    }

    @Override
    public CompletableFuture<Void> groups(String queue, QueueGroups groups) {
        GatherLimits limits;
        try {
            limits = new GatherLimits(groups.maxSize(), groups.maxDelay().toMillis(), groups.grace().toMillis());
        } catch (IllegalArgumentException | ArithmeticException e) {
            return invalid(e);
        }
        return broker.at(queue, shard -> {
            shard.machine().tracked().gather(NodeTasks.group(shard, queue), limits);
            return Boolean.TRUE;
        }).thenAccept(done -> {
            // the answer is that it is done
        });
    }

    @Override
    public CompletableFuture<QueueGroups> groups(String queue) {
        return broker.at(queue, shard -> {
            GatherLimits limits = NodeTasks.group(shard, queue).gatherLimits();
            return new QueueGroups(limits.maxSize(), Duration.ofMillis(limits.maxDelayMillis()),
                    Duration.ofMillis(limits.graceMillis()));
        });
    }
}
