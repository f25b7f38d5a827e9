package dev.millrace.node;

import dev.millrace.core.machine.BatchList;
import dev.millrace.core.machine.BatchProgress;
import dev.millrace.core.machine.GatherLimits;
import dev.millrace.node.tasks.BatchFilter;
import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.BatchPage;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.GroupPage;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.TaskEncoder;
import dev.millrace.node.tasks.TaskFlows;
import dev.millrace.node.tasks.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Batches and groups of a node; each request goes to the shard that is home to its queue. */
final class NodeFlows implements TaskFlows {
    private static final int MAX_PAGE = 1_000;

    private final NodeBroker broker;
    private final BatchWaits waits = new BatchWaits(this::batch);

    NodeFlows(NodeBroker broker) {
        this.broker = broker;
    }

    /** Told when batches end, and when the node stops. */
    BatchWaits waits() {
        return waits;
    }

    private static <T> CompletableFuture<T> invalid(RuntimeException reason) {
        return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.INVALID,
                String.valueOf(reason.getMessage())));
    }

    @Override
    public CompletableFuture<Enqueued> openBatch(String queue, TaskSpec completion) {
        return broker.nodeTasks()
                .run(queue, List.of(completion), () -> TaskEncoder.completion(broker.topic(queue), completion))
                .thenApply(List::getFirst);
    }

    @Override
    public CompletableFuture<Enqueued> openBatch(String queue) {
        return broker.nodeTasks()
                .run(queue, List.of(), () -> TaskEncoder.silent(broker.topic(queue)))
                .thenApply(List::getFirst);
    }

    /**
     * Each task at the home of its queue, but for members of a batch that is in another shard: they are forwarded from there,
     * so that the batch counts them before they are anywhere else.
     */
    CompletableFuture<List<Enqueued>> enqueue(String queue, List<TaskSpec> tasks) {
        int home = broker.topic(queue).shard();
        Map<String, List<Integer>> through = new LinkedHashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            TaskSpec.BatchRef batch = tasks.get(i).flow().batch();
            boolean elsewhere = !batch.isNone() && broker.topic(batch.queue()).shard() != home;
            through.computeIfAbsent(elsewhere ? batch.queue() : "", name -> new ArrayList<>()).add(i);
        }
        NodeTasks shards = broker.nodeTasks();
        if (through.keySet().equals(Set.of(""))) {
            return shards.run(queue, tasks, () -> TaskEncoder.encode(broker.topic(queue), tasks));
        }
        List<CompletableFuture<List<Enqueued>>> parts = new ArrayList<>();
        through.forEach((batchQueue, places) -> {
            List<TaskSpec> some = places.stream().map(tasks::get).toList();
            parts.add(batchQueue.isEmpty()
                    ? shards.run(queue, some, () -> TaskEncoder.encode(broker.topic(queue), some))
                    : shards.run(batchQueue, some,
                            () -> TaskEncoder.forward(broker.topic(batchQueue), queue, some)));
        });
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(done -> {
            Enqueued[] all = new Enqueued[tasks.size()];
            int part = 0;
            for (List<Integer> places : through.values()) {
                List<Enqueued> answers = parts.get(part++).join();
                for (int i = 0; i < answers.size(); i++) {
                    all[places.get(i)] = answers.get(i);
                }
            }
            return List.of(all);
        });
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
            return progress == null ? Optional.empty() : Optional.of(info(batch, progress));
        });
    }

    @Override
    public CompletableFuture<Optional<BatchInfo>> batch(TaskSpec.BatchRef batch, Duration atMost) {
        return waits.over(batch, atMost.toMillis());
    }

    @Override
    public CompletableFuture<BatchPage> batches(String queue, BatchFilter which, long after, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            return invalid(new IllegalArgumentException("limit must be 1.." + MAX_PAGE + ", not " + limit));
        }
        return NodeBroker.translate(broker.at(queue, shard -> shard.machine()
                .tracked()
                .batches()
                .list(NodeTasks.group(shard, queue).topic()))
                .thenApplyAsync(all -> page(queue, all.after(after, limit + 1,
                        progress -> which.has(progress.closed(), progress.over())), limit)));
    }

    private static BatchPage page(String queue, List<BatchList.Entry> found, int limit) {
        List<BatchInfo> page = found.stream()
                .limit(limit)
                .map(each -> info(new TaskSpec.BatchRef(queue, each.id()), each.progress()))
                .toList();
        return new BatchPage(page, found.size() > limit ? page.getLast().batch().id() : 0);
    }

    private static BatchInfo info(TaskSpec.BatchRef batch, BatchProgress progress) {
        return new BatchInfo(batch, progress.closed(), progress.over(), progress.added(), progress.done(),
                progress.dead(), progress.cancelled(), progress.expired());
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

    @Override
    public CompletableFuture<GroupPage> waiting(String queue, long after, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            return invalid(new IllegalArgumentException("limit must be 1.." + MAX_PAGE + ", not " + limit));
        }
        return NodeBroker.translate(broker.at(queue,
                shard -> shard.machine().tracked().gatherings(NodeTasks.group(shard, queue)))
                .thenApplyAsync(all -> all.after(after, limit + 1))
                .thenCompose(hashes -> broker.at(queue, shard -> WaitingGroups.look(shard,
                        shard.machine().tracked().gatherings(NodeTasks.group(shard, queue)), hashes, limit)))
                .thenCompose(WaitingGroups::read));
    }
}
