package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.task.AfterFailure;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskState;
import dev.millrace.api.task.Worker;
import dev.millrace.api.task.WorkerHealth;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Workers: which handler, what after a failure, how they pause, end and tell how they are. */
public abstract class WorkerContract extends TaskContractBase {
    @Test
    void handlers_areChosenByType_insideTheMiddleware() {
        m.queue("mails").enqueueAll(List.of(task("a").priority(9), Task.of("bill", "b")));
        try (Worker worker = m.worker()
                .queue("mails")
                .use(next -> (task, context) -> {
                    log.add("outer");
                    next.handle(task, context);
                })
                .use(next -> (task, context) -> {
                    log.add("inner");
                    next.handle(task, context);
                })
                .handle("mail", (task, context) -> log.add("mail " + task.text() + " of " + context.queue()))
                .handleOthers((task, context) -> log.add(task.type() + " " + task.text()))
                .start()) {
            assertThat(taken(6)).containsExactly("outer", "inner", "mail a of mails", "outer", "inner", "bill b");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void typeWithoutHandler_failsItsAttempt_sayingWhichThereAre() {
        MessageId id = mails().enqueue(Task.of("bill", "b").backoff(LONG, LONG)).id();
        try (Worker worker = logging()) {
            until(stats -> stats.retrying() == 1);
            assertThat(info(id).history().get(0).error()).contains("no handler for tasks of type bill", "[mail]");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void onFailure_choosesByTheError() {
        MessageId waits = enqueue(task("wait"));
        MessageId over = enqueue(task("invalid"));
        enqueue(task("busy").maxAttempts(1));
        MessageId own = enqueue(task("own").backoff(LONG, LONG));
        try (Worker worker = m.worker().queue("mails").onFailure((task, context, error) -> {
            if (error instanceof IOException) {
                return AfterFailure.retryIn(Duration.ofHours(5));
            }
            if (error instanceof IllegalArgumentException) {
                return AfterFailure.giveUp();
            }
            return error instanceof MillraceException ? AfterFailure.notCounted(Duration.ZERO) : AfterFailure.retry();
        }).handle("mail", (task, context) -> {
            switch (task.text()) {
                case "wait" -> throw new IOException("smtp is down");
                case "invalid" -> throw new IllegalArgumentException("no such user");
                case "busy" -> {
                    log.add("attempt " + context.attempt());
                    if (log.size() < 3) {
                        throw new MillraceException.Unavailable("not my fault");
                    }
                }
                default -> throw new IllegalStateException("own policy");
            }
        }).start()) {
            until(stats -> stats.retrying() == 2 && stats.dead() == 1 && stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(log).containsExactly("attempt 1", "attempt 1", "attempt 1");
        assertThat(info(over).state()).isEqualTo(TaskState.DEAD);
        assertThat(info(own).attempts()).isEqualTo(1);
        TaskInfo waiting = info(waits);
        assertThat(Duration.between(waiting.history().get(0).at(), waiting.times().until().orElseThrow()))
                .isBetween(Duration.ofMinutes(299), Duration.ofMinutes(301));
    }

    @Test
    void retryIn_usesUpAttempts_andARuleThatThrowsLeavesItToThePolicy() {
        MessageId id = enqueue(task("x").maxAttempts(2));
        MessageId own = enqueue(task("y").backoff(LONG, LONG));
        try (Worker worker = m.worker().queue("mails").onFailure((task, context, error) -> {
            if (task.text().equals("y")) {
                throw new IllegalStateException("a rule that is wrong");
            }
            return AfterFailure.retryIn(Duration.ZERO);
        })
                .handle("mail", (task, context) -> {
                    throw new IllegalStateException("busy");
                })
                .start()) {
            until(stats -> stats.dead() == 1 && stats.retrying() == 1);
            assertThat(info(id).attempts()).isEqualTo(2);
            assertThat(info(own).history().get(0).error()).contains("busy");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void weights_andStrictOrder_serveAllQueues() {
        for (boolean strict : List.of(true, false)) {
            for (String queue : List.of("critical", "low")) {
                m.queue(queue).enqueueAll(IntStream.range(0, 20).mapToObj(i -> task(queue)).toList());
            }
            Worker.Builder builder = m.worker()
                    .queue("critical", 3)
                    .queue("low", 1)
                    .concurrency(2)
                    .handle("mail", (task, context) -> log.add(context.queue()));
            try (Worker worker = (strict ? builder.strict() : builder).start()) {
                assertThat(taken(40)).filteredOn("low"::equals).hasSize(20);
                assertThat(worker.ended()).isNotDone();
            }
        }
    }

    @Test
    void pause_takesNothingNew_untilResume_andHealthTells() {
        try (Worker worker = work(1, (task, context) -> {
            log.add(task.text());
            if (task.text().equals("bad")) {
                throw new IllegalStateException("bad");
            }
        })) {
            enqueue(task("good"));
            enqueue(task("bad").backoff(LONG, LONG));
            until(stats -> stats.done() == 1 && stats.retrying() == 1);
            assertThat(taken(2)).containsExactly("good", "bad");
            WorkerHealth health = worker.health();
            assertThat(health.state()).isEqualTo(WorkerHealth.State.WORKING);
            assertThat(health.isHealthy()).isTrue();
            assertThat(health.succeeded()).isEqualTo(1);
            assertThat(health.failed()).isEqualTo(1);
            assertThat(health.queues()).containsExactly(new WorkerHealth.Queue("mails", true, ""));
            worker.pause();
            assertThat(worker.health().state()).isEqualTo(WorkerHealth.State.PAUSED);
            MessageId id = enqueue(task("later"));
            assertThat(mails().cancel(enqueue(task("never")))).isTrue();
            await("nobody has it", () -> info(id).state() == TaskState.READY);
            assertThat(log).isEmpty();
            worker.resume();
            assertThat(take(log)).isEqualTo("later");
        }
    }

    @Test
    void health_ofAWorkerThatWasClosed() {
        Worker worker = logging();
        worker.close();
        assertThat(worker.health().state()).isEqualTo(WorkerHealth.State.ENDED);
        assertThat(worker.health().isHealthy()).isFalse();
        assertThatThrownBy(() -> m.worker().queue("mails").start()).isInstanceOf(MillraceException.Invalid.class);
    }

    @Test
    void close_givesBackWhatItsHandlersHad_andCountsNoAttempt() {
        enqueue(task("x").maxAttempts(1));
        Worker worker = work(1, (task, context) -> {
            log.add("started");
            new CountDownLatch(1).await();
        });
        assertThat(take(log)).isEqualTo("started");
        assertThat(worker.close(Duration.ZERO)).isEqualTo(1);
        assertThat(get(worker.ended())).isNull();
        try (Worker next = work(1, (task, context) -> log.add("attempt " + context.attempt()))) {
            assertThat(take(log)).isEqualTo("attempt 1");
            assertThat(next.ended()).isNotDone();
        }
    }

    @Test
    void close_letsHandlersEnd_andGivesBackWhatNobodyBegan() throws Exception {
        mails().enqueueAll(IntStream.range(0, 9).mapToObj(i -> task("t" + i)).toList());
        CountDownLatch go = new CountDownLatch(1);
        Worker worker = work(3, (task, context) -> {
            log.add(task.text());
            go.await();
        });
        assertThat(taken(3)).containsExactlyInAnyOrder("t0", "t1", "t2");
        Thread closer = new Thread(worker::close);
        closer.start();
        await("it closes", () -> worker.health().state() == WorkerHealth.State.CLOSING);
        go.countDown();
        closer.join();
        until(stats -> stats.done() == 3 && stats.ready() == 6 && stats.leased() == 0);
        assertThat(mails().list(TaskState.READY, "", 10).items()).allMatch(info -> info.attempts() == 0);
    }

    // ---- tasks held ahead of need ----

    private void enqueue(int count, String payload) {
        mails().enqueueAll(Collections.nCopies(count, task(payload)));
    }

    @Test
    void handlersThatAreFast_findTasksAtHand() {
        CompletableFuture<Worker> self = new CompletableFuture<>();
        AtomicInteger most = new AtomicInteger();
        try (Worker worker = work(1,
                (task, context) -> most.accumulateAndGet(self.join().health().waiting(), Math::max))) {
            self.complete(worker);
            await("tasks wait at the worker", () -> {
                enqueue(500, "fast");
                return most.get() > 0;
            });
        }
    }

    @Test
    void withoutPrefetch_aWorkerHoldsWhatItRuns() {
        AtomicLong most = new AtomicLong();
        enqueue(200, "fast");
        try (Worker worker = m.worker()
                .queue("mails")
                .prefetch(0)
                .handle("mail", (task, context) -> most.accumulateAndGet(mails().stats().leased(), Math::max))
                .start()) {
            until(stats -> stats.done() == 200);
            assertThat(worker.health().waiting()).isZero();
        }
        assertThat(most).hasValue(1);
        assertThatThrownBy(() -> m.worker().prefetch(-1)).isInstanceOf(MillraceException.Invalid.class);
    }

    @Test
    void tasksBehindSlowHandlers_goToAnotherWorker_andNoAttemptIsCounted() {
        CountDownLatch go = new CountDownLatch(1);
        enqueue(2_000, "fast");
        enqueue(20, "slow");
        try (Worker busy = work(2, (task, context) -> {
            if (task.text().equals("slow")) {
                log.add("slow");
                go.await();
            }
        })) {
            assertThat(taken(2)).containsOnly("slow");
            try (Worker idle = work(1, (task, context) -> log.add("attempt " + context.attempt()))) {
                assertThat(taken(18)).containsOnly("attempt 1");
                assertThat(busy.running()).isEqualTo(2);
                assertThat(idle.ended()).isNotDone();
            }
            go.countDown();
            until(stats -> stats.done() == 2_020);
        }
    }

    @Test
    void close_givesBackWhatWaitsAtOnce_whileAHandlerMayEnd() throws InterruptedException {
        CompletableFuture<Worker> self = new CompletableFuture<>();
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger enqueued = new AtomicInteger();
        Worker worker = work(1, (task, context) -> {
            if (log.isEmpty() && self.join().health().waiting() > 0) {
                log.add("slow");
                go.await();
            }
        });
        self.complete(worker);
        await("a handler blocks while tasks wait behind it", () -> {
            if (log.isEmpty()) {
                enqueue(500, "fast");
                enqueued.addAndGet(500);
            }
            return !log.isEmpty();
        });
        Thread closer = new Thread(() -> worker.close(LONG));
        closer.start();
        await("it closes", () -> worker.health().state() == WorkerHealth.State.CLOSING);
        until(stats -> stats.leased() == 1 && stats.done() + stats.ready() + 1 == enqueued.get());
        assertThat(worker.health().waiting()).isZero();
        assertThat(mails().list(TaskState.READY, "", 1_000).items()).allMatch(info -> info.attempts() == 0);
        go.countDown();
        closer.join();
        until(stats -> stats.leased() == 0 && stats.done() + stats.ready() == enqueued.get());
        assertThat(take(log)).isEqualTo("slow");
    }

    @Test
    void close_waitsForResults_andGivesBackWhatWaits() {
        AtomicInteger ran = new AtomicInteger();
        enqueue(3_000, "fast");
        Worker worker = work(1, (task, context) -> ran.incrementAndGet());
        await("it is at work", () -> ran.get() > 300);
        worker.close();
        assertThat(mails().stats().done()).isEqualTo(ran.get());
        until(stats -> stats.leased() == 0 && stats.ready() == 3_000 - ran.get());
        assertThat(mails().list(TaskState.READY, "", 1_000).items()).allMatch(info -> info.attempts() == 0);
        await("nothing is on its way", () -> worker.health().finishing() == 0);
        assertThat(worker.health().waiting()).isZero();
    }
}
