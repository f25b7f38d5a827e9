package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.TaskSource;
import dev.millrace.api.task.AfterFailure;
import dev.millrace.api.task.FailureRule;
import dev.millrace.api.task.Middleware;
import dev.millrace.api.task.TaskHandler;
import dev.millrace.api.task.Worker;
import dev.millrace.api.task.WorkerHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Sets a worker up over a source of tasks. */
final class WorkerBuilder implements Worker.Builder {
    private static final int MAX_WEIGHT = 1_000;
    private static final int MAX_PREFETCH = 10_000;

    private final Core core;
    private final TaskSource source;
    private final Map<String, Integer> queues = new LinkedHashMap<>();
    private final Map<String, TaskHandler> handlers = new LinkedHashMap<>();
    private final List<Middleware> around = new ArrayList<>();
    private @Nullable TaskHandler others;
    private FailureRule rule = (task, context, error) -> AfterFailure.retry();
    private boolean strict;
    private int concurrency = 1;
    private int prefetch = 1_000;
    private Duration lease = Duration.ofSeconds(30);
    private Duration drain = Duration.ofSeconds(10);

    WorkerBuilder(Core core, TaskSource source) {
        this.core = core;
        this.source = source;
    }

    @Override
    public Worker.Builder queue(String name, int weight) {
        Checks.between("weight", weight, 1, MAX_WEIGHT);
        queues.put(Checks.name("queue", name), weight);
        return this;
    }

    @Override
    public Worker.Builder strict() {
        strict = true;
        return this;
    }

    @Override
    public Worker.Builder concurrency(int count) {
        Checks.between("concurrency", count, 1, 100_000);
        concurrency = count;
        return this;
    }

    @Override
    public Worker.Builder prefetch(int tasks) {
        Checks.between("prefetch", tasks, 0, MAX_PREFETCH);
        prefetch = tasks;
        return this;
    }

    @Override
    public Worker.Builder lease(Duration duration) {
        lease = Checks.lease("lease", duration);
        return this;
    }

    @Override
    public Worker.Builder drain(Duration duration) {
        drain = Checks.delay("drain", duration);
        return this;
    }

    @Override
    public Worker.Builder handle(String type, TaskHandler handler) {
        if (handlers.putIfAbsent(type, handler) != null) {
            throw new MillraceException.Invalid("there are two handlers for tasks of type " + type);
        }
        return this;
    }

    @Override
    public Worker.Builder handleOthers(TaskHandler handler) {
        if (others != null) {
            throw new MillraceException.Invalid("there are two handlers for tasks of other types");
        }
        others = handler;
        return this;
    }

    @Override
    public Worker.Builder onFailure(FailureRule chosen) {
        rule = chosen;
        return this;
    }

    @Override
    public Worker.Builder use(Middleware middleware) {
        around.add(middleware);
        return this;
    }

    private TaskRules rules() {
        TaskHandler rest = others;
        if (queues.isEmpty() || (handlers.isEmpty() && rest == null)) {
            throw new MillraceException.Invalid("a worker needs a queue and a handler: name them before start");
        }
        Map<String, TaskHandler> wrapped = new LinkedHashMap<>();
        handlers.forEach((type, handler) -> wrapped.put(type, wrap(handler)));
        return new TaskRules(source, new TaskRules.Handlers(wrapped, rest == null ? null : wrap(rest), rule), core);
    }

    /** Runs what is ready on this thread; returns how many attempts were made. */
    int runDue() {
        return new InlineWorker(core, core.tasks(), rules(), Checks.millisUp(lease))
                .runDue(List.copyOf(queues.keySet()));
    }

    @Override
    public Worker start() {
        TaskRules rules = rules();
        Executor executor = core.engine().executor();
        long leaseMillis = Checks.millisUp(lease);
        // Where queues compete, the next one of each must be here when a handler becomes free.
        int credit = queues.size() == 1 ? concurrency : concurrency * 2;
        List<WorkLine> lines = new ArrayList<>();
        queues.forEach((name, weight) -> lines.add(new WorkLine(name,
                listener -> core.ask(engine -> source.subscribe(name, leaseMillis, listener)), credit, weight)));
        WorkLoop loop = new WorkLoop(
                new WorkLoop.Settings("the worker of " + queues.keySet(), concurrency, leaseMillis, strict,
                        prefetch),
                rules, lines, executor, core.timer());
        core.start(loop, drain);
        return new WorkerImpl(loop, drain, Futures.handOver(loop.ended(), executor));
    }

    private TaskHandler wrap(TaskHandler handler) {
        TaskHandler wrapped = handler;
        for (int i = around.size() - 1; i >= 0; i--) {
            wrapped = around.get(i).around(wrapped);
        }
        return wrapped;
    }

    /** A work loop as users see it. */
    private static final class WorkerImpl implements Worker {
        private final WorkLoop loop;
        private final Duration drain;
        private final CompletableFuture<Void> ended;

        WorkerImpl(WorkLoop loop, Duration drain, CompletableFuture<Void> ended) {
            this.loop = loop;
            this.drain = drain;
            this.ended = ended;
        }

        @Override
        public int running() {
            return loop.running();
        }

        @Override
        public WorkerHealth health() {
            return loop.health();
        }

        @Override
        public void pause() {
            loop.pause(true);
        }

        @Override
        public void resume() {
            loop.pause(false);
        }

        @Override
        public int close(Duration atMost) {
            return loop.close(Checks.millisUp(Checks.delay("drain", atMost)));
        }

        @Override
        public void close() {
            close(drain);
        }

        @Override
        public CompletableFuture<Void> ended() {
            return ended.copy();
        }
    }
}
