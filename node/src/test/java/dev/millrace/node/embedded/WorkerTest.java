package dev.millrace.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.Group;
import dev.millrace.api.GroupStats;
import dev.millrace.api.Message;
import dev.millrace.api.Millrace;
import dev.millrace.api.MillraceException;
import dev.millrace.api.OpenOptions;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.SkipRetry;
import dev.millrace.api.Snooze;
import dev.millrace.api.internal.Engines;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.TaskSource;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.Worker;
import dev.millrace.api.task.WorkerHealth;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker, on tasks that are messages {@code type:payload} of a topic, in its group {@code workers}. */
final class WorkerTest {
    private static final String WORKERS = "workers";

    @TempDir Path folder;
    private Millrace m;
    private MessageTasks tasks;

    /** Tasks as the embedded engine's messages: a type in front of the payload, a time-out behind an exclamation mark. */
    private static final class MessageTasks implements TaskSource {
        private final EmbeddedEngine engine;

        MessageTasks(EmbeddedEngine engine) {
            this.engine = engine;
        }

        @Override
        public CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener) {
            return engine.subscribe(queue, WORKERS, leaseMillis, listener);
        }

        @Override
        public Task task(Leased leased) {
            String[] parts = new String(leased.body(), StandardCharsets.UTF_8).split("[:!]", -1);
            Task task = Task.of(parts[0], parts[1]);
            return parts.length == 2 ? task : task.timeout(Duration.parse(parts[2]));
        }
    }

    @BeforeEach
    void open() {
        EmbeddedEngine engine = EmbeddedEngine.open(folder, OpenOptions.defaults().segmentBytes(1 << 20));
        m = Engines.over(engine, PublishLimits.defaults());
        tasks = new MessageTasks(engine);
    }

    @AfterEach
    void close() {
        m.close();
    }

    private Group emails() {
        return m.topic("emails").group(WORKERS);
    }

    private static void await(Group group, Predicate<GroupStats> condition) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        GroupStats stats = group.stats();
        while (!condition.test(stats)) {
            assertThat(System.nanoTime()).as("still " + stats).isLessThan(deadline);
            stats = group.stats();
        }
    }

    private Worker.Builder worker() {
        return Engines.worker(m, tasks).queue("emails", 1);
    }

    @Test
    void handle_choosesByType_insideTheMiddlewareInItsOrder() {
        BlockingQueue<String> log = new LinkedBlockingQueue<>();
        m.topic("emails").publishAll(List.of(Message.of("welcome:17"), Message.of("bye:18"), Message.of("odd:19")));
        try (Worker worker = worker()
                .use(next -> (task, context) -> {
                    log.add("outer");
                    next.handle(task, context);
                })
                .use(next -> (task, context) -> {
                    log.add("inner");
                    next.handle(task, context);
                })
                .handle("welcome", (task, context) -> {
                    log.add("welcome " + task.text() + " of " + context.queue() + ", attempt " + context.attempt());
                })
                .handle("bye", (task, context) -> log.add("bye " + task.text() + " " + context.isCancelled()))
                .start()) {
            await(emails(), stats -> stats.done() == 2 && stats.retries() > 0);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(log).containsExactly("outer", "inner", "welcome 17 of emails, attempt 1", "outer", "inner",
                "bye 18 false");
    }

    @Test
    void start_withoutHandlerOrWithTwoOfAType_isRefused() {
        assertThatThrownBy(() -> worker().start()).isInstanceOf(MillraceException.Invalid.class);
        Worker.Builder twice = worker().handle("a", (task, context) -> {
            // never called
        });
        assertThatThrownBy(() -> twice.handle("a", (task, context) -> {
            // never called
        })).isInstanceOf(MillraceException.Invalid.class).hasMessageContaining("two handlers");
    }

    @Test
    void failures_skipsAndSnoozes_endAsTheySay() {
        BlockingQueue<Integer> snoozed = new LinkedBlockingQueue<>();
        m.topic("emails").publishAll(List.of(Message.of("skip:1"), Message.of("snooze:2"), Message.of("fail:3")));
        try (Worker worker = worker()
                .handle("skip", (task, context) -> {
                    throw new SkipRetry("no such user");
                })
                .handle("snooze", (task, context) -> {
                    snoozed.add(context.attempt());
                    throw new Snooze(Duration.ofHours(1));
                })
                .handle("fail", (task, context) -> {
                    if (context.attempt() < 3) {
                        throw new IllegalStateException("smtp is down");
                    }
                })
                .start()) {
            await(emails(), stats -> stats.dead() == 1 && stats.retrying() == 1 && stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(snoozed).containsExactly(1);
        assertThat(emails().deadLetters().list().items().get(0).error()).contains("no such user");
    }

    @Test
    void timeout_interruptsAndTellsTheContext() {
        BlockingQueue<Boolean> cancelled = new LinkedBlockingQueue<>();
        m.topic("emails").publish("slow:1!PT0.05S");
        try (Worker worker = worker()
                .handle("slow", (task, context) -> {
                    if (context.attempt() > 1) {
                        return;
                    }
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        cancelled.add(context.isCancelled());
                    }
                })
                .start()) {
            await(emails(), stats -> stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(cancelled).containsExactly(true);
    }

    @Test
    void strict_servesTheFirstQueueFirst_weightsShare() throws Exception {
        assertThat(order(true).subList(0, 8)).containsOnly("critical");
        assertThat(order(false).subList(0, 8).stream().filter("critical"::equals)).hasSize(6);
    }

    /**
     * Where the tasks came from, in the order in which one handler got them. It gets the first only when as many as a
     * worker holds of each queue wait beside it.
     */
    private List<String> order(boolean strict) throws InterruptedException {
        String suffix = strict ? "-strict" : "-shared";
        CountDownLatch held = new CountDownLatch(1);
        BlockingQueue<String> order = new LinkedBlockingQueue<>();
        for (String queue : List.of("critical", "low")) {
            m.topic(queue + suffix).publishAll(IntStream.range(0, 9).mapToObj(i -> Message.of("work:" + i)).toList());
        }
        CountDownLatch arrived = new CountDownLatch(18);
        Worker.Builder builder = Engines.worker(m, new Ahead(tasks, 9, arrived))
                .queue("critical" + suffix, 3)
                .queue("low" + suffix, 1)
                .handle("work", (task, context) -> {
                    held.await();
                    order.add(context.queue().replace(suffix, ""));
                });
        try (Worker worker = (strict ? builder.strict() : builder).start()) {
            arrived.await();
            held.countDown();
            for (String queue : List.of("critical", "low")) {
                await(m.topic(queue + suffix).group(WORKERS), stats -> stats.done() == 9);
            }
            assertThat(worker.ended()).isNotDone();
        }
        // What the handler had before both queues were there does not count.
        return List.copyOf(order).subList(1, 18);
    }

    /** A source that hands out more than a worker asks for. */
    private record Ahead(TaskSource source, int credit, CountDownLatch arrived) implements TaskSource {
        @Override
        public CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener) {
            return source.subscribe(queue, leaseMillis, new FeedListener() {
                @Override
                public void delivered(Leased leased) {
                    listener.delivered(leased);
                    arrived.countDown();
                }

                @Override
                public void cancelled(long token) {
                    listener.cancelled(token);
                }

                @Override
                public void ended(MillraceException reason) {
                    listener.ended(reason);
                }
            }).thenApply(feed -> new Feed() {
                @Override
                public void credit(int asked) {
                    feed.credit(asked == 0 ? 0 : credit);
                }

                @Override
                public CompletableFuture<Void> close() {
                    return feed.close();
                }

                @Override
                public CompletableFuture<Boolean> settle(long token, dev.millrace.api.spi.Settlement how) {
                    return feed.settle(token, how);
                }
            });
        }

        @Override
        public Task task(Leased leased) {
            return source.task(leased);
        }
    }

    /** A source whose feed can be cut as a lost connection cuts it. */
    private static final class Cuttable implements TaskSource {
        private final TaskSource source;
        private final BlockingQueue<Runnable> cuts = new LinkedBlockingQueue<>();

        Cuttable(TaskSource source) {
            this.source = source;
        }

        void cut() throws InterruptedException {
            cuts.take().run();
        }

        @Override
        public CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener) {
            return source.subscribe(queue, leaseMillis, listener).thenApply(feed -> {
                cuts.add(() -> {
                    feed.close().join();
                    listener.ended(new MillraceException.Unavailable("the connection was cut"));
                });
                return feed;
            });
        }

        @Override
        public Task task(Leased leased) {
            return source.task(leased);
        }
    }

    @Test
    void feedThatEndsForAWhile_isOpenedAnew_andItsHandlersAreStopped() throws Exception {
        m.topic("emails").publish("slow:1");
        CountDownLatch started = new CountDownLatch(1);
        BlockingQueue<Boolean> stopped = new LinkedBlockingQueue<>();
        Cuttable cuttable = new Cuttable(tasks);
        try (Worker worker = Engines.worker(m, cuttable)
                .queue("emails", 1)
                .handle("slow", (task, context) -> {
                    started.countDown();
                    if (context.attempt() > 1) {
                        return;
                    }
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        stopped.add(context.isCancelled());
                    }
                })
                .start()) {
            started.await();
            cuttable.cut();
            await(emails(), stats -> stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(stopped).containsExactly(true);
    }

    /** A source that confirms no result until told to, though the engine has it. */
    private record Unconfirmed(TaskSource source, CompletableFuture<Boolean> go) implements TaskSource {
        @Override
        public CompletableFuture<Feed> subscribe(String queue, long leaseMillis, FeedListener listener) {
            return source.subscribe(queue, leaseMillis, new FeedListener() {
                @Override
                public void delivered(Leased leased) {
                    listener.delivered(new Leased(leased.id(), leased.attempt(), leased.bornAt(), leased.body(),
                            leased.token(), (token, how) -> leased.settler()
                                    .settle(token, how)
                                    .thenCombine(go, (done, gone) -> done)));
                }

                @Override
                public void cancelled(long token) {
                    listener.cancelled(token);
                }

                @Override
                public void ended(MillraceException reason) {
                    listener.ended(reason);
                }
            });
        }

        @Override
        public Task task(Leased leased) {
            return source.task(leased);
        }
    }

    private static void await(Worker worker, int running, int finishing) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        WorkerHealth health = worker.health();
        while (health.running() != running || health.finishing() != finishing) {
            assertThat(System.nanoTime()).as("still " + health).isLessThan(deadline);
            health = worker.health();
        }
    }

    @Test
    void placeOfAHandler_isFree_beforeItsResultIsConfirmed() {
        m.topic("emails").publishAll(List.of(Message.of("a:1"), Message.of("a:2"), Message.of("a:3")));
        Unconfirmed source = new Unconfirmed(tasks, new CompletableFuture<>());
        try (Worker worker = Engines.worker(m, source)
                .queue("emails", 1)
                .concurrency(1)
                .handle("a", (task, context) -> {
                    // done
                })
                .start()) {
            await(worker, 0, 3);
            assertThat(source.go.complete(true)).isTrue();
            await(worker, 0, 0);
            assertThat(worker.health().succeeded()).isEqualTo(3);
        }
    }

    @Test
    void close_drainsOrGivesBack() throws Exception {
        m.topic("emails").publishAll(List.of(Message.of("slow:1"), Message.of("slow:2")));
        CountDownLatch started = new CountDownLatch(2);
        Worker worker = worker().concurrency(2).handle("slow", (task, context) -> {
            started.countDown();
            new CountDownLatch(1).await();
        }).start();
        started.await();
        assertThat(worker.running()).isEqualTo(2);
        assertThat(worker.close(Duration.ofMillis(20))).isEqualTo(2);
        worker.ended().get();
        assertThat(emails().pull(2, Duration.ofSeconds(30), Duration.ofMinutes(5))).isNotEmpty();
    }
}
