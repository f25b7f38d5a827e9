package dev.millrace.testkit;

import dev.millrace.api.MessageId;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Counts what is enqueued by queue and type, for an engine keeps nothing of what is done. Thread-safe. */
final class EnqueuedTypes {
    private final Map<String, Map<String, Long>> counts = new TreeMap<>();

    /** How many of each type were enqueued in this queue. */
    synchronized Map<String, Long> of(String queue) {
        return Map.copyOf(counts.getOrDefault(queue, Map.of()));
    }

    private synchronized void count(String queue, List<Task> tasks, List<Enqueued> answers) {
        Map<String, Long> types = counts.computeIfAbsent(queue, name -> new TreeMap<>());
        for (int i = 0; i < answers.size(); i++) {
            if (!answers.get(i).duplicate()) {
                types.merge(tasks.get(i).type(), 1L, Long::sum);
            }
        }
    }

    TaskEngine watching(TaskEngine engine) {
        return new Watching(engine);
    }

    private final class Watching implements TaskEngine {
        private final TaskEngine engine;

        Watching(TaskEngine engine) {
            this.engine = engine;
        }

        @Override
        public CompletableFuture<List<Enqueued>> enqueue(String queue, List<Task> tasks) {
            return engine.enqueue(queue, tasks).thenApply(answers -> {
                count(queue, tasks, answers);
                return answers;
            });
        }

        @Override
        public CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener) {
            return engine.subscribe(queue, leaseMillis, listener);
        }

        @Override
        public Task task(Leased leased) {
            return engine.task(leased);
        }

        @Override
        public CompletableFuture<Optional<TaskInfo>> task(String queue, MessageId id) {
            return engine.task(queue, id);
        }

        @Override
        public CompletableFuture<Optional<MessageId>> idOf(String queue, String id) {
            return engine.idOf(queue, id);
        }

        @Override
        public CompletableFuture<Page<TaskInfo>> tasks(String queue, TaskFilter which, String cursor, int limit) {
            return engine.tasks(queue, which, cursor, limit);
        }

        @Override
        public CompletableFuture<Boolean> change(String queue, MessageId id, TaskAction action) {
            return engine.change(queue, id, action);
        }

        @Override
        public CompletableFuture<Slice> changeSome(String queue, TaskFilter which, TaskAction action, String cursor) {
            return engine.changeSome(queue, which, action, cursor);
        }

        @Override
        public FlowEngine flows() {
            return engine.flows();
        }

        @Override
        public CompletableFuture<Void> limits(String queue, QueueLimits limits) {
            return engine.limits(queue, limits);
        }

        @Override
        public CompletableFuture<QueueLimits> limits(String queue) {
            return engine.limits(queue);
        }

        @Override
        public CompletableFuture<Void> pauseQueue(String queue, boolean paused) {
            return engine.pauseQueue(queue, paused);
        }

        @Override
        public CompletableFuture<QueueStats> queueStats(String queue) {
            return engine.queueStats(queue);
        }

        @Override
        public CompletableFuture<List<QueueStats>> queues() {
            return engine.queues();
        }
    }
}
