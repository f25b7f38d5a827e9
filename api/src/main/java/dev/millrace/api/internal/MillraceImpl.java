package dev.millrace.api.internal;

import dev.millrace.api.Millrace;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.Topic;
import dev.millrace.api.TopicStats;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.TaskEngine;
import dev.millrace.api.task.Batch;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The API over an engine. */
final class MillraceImpl implements Millrace {
    private final Core core;

    MillraceImpl(Engine engine, PublishLimits limits) {
        core = new Core(engine, limits);
    }

    Core core() {
        return core;
    }

    @Override
    public Topic topic(String name) {
        return new TopicImpl(core, Checks.name("topic", name));
    }

    @Override
    public TaskQueue queue(String name) {
        return new TaskQueueImpl(core, core.tasks(), Checks.name("queue", name));
    }

    @Override
    public List<QueueStats> queues() {
        TaskEngine tasks = core.tasks();
        return Futures.await(core.ask(engine -> tasks.queues()), "listing queues");
    }

    @Override
    public CompletableFuture<List<QueueStats>> queuesAsync() {
        TaskEngine tasks = core.tasks();
        return core.askAsync(engine -> tasks.queues());
    }

    @Override
    public Batch batch(BatchId id) {
        return new BatchImpl(core, core.tasks(), id, false);
    }

    @Override
    public Worker.Builder worker() {
        return new WorkerBuilder(core, core.tasks());
    }

    @Override
    public List<TopicStats> topics() {
        return Futures.await(core.ask(Engine::topics), "listing topics");
    }

    @Override
    public CompletableFuture<List<TopicStats>> topicsAsync() {
        return core.askAsync(Engine::topics);
    }

    @Override
    public void close(Duration drain) {
        Checks.delay("drain", drain);
        core.close(own -> drain);
    }

    @Override
    public void close() {
        core.close(own -> own);
    }
}
