package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.FailedAttempt;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.SkipRetry;
import dev.millrace.api.Snooze;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskAction;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskOutput;
import dev.millrace.api.task.TaskState;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Task queues. */
public abstract class TaskContract extends TaskContractBase {
    // ---- order ----

    @Test
    void priority_goesFirst_andAllIsHandedOver() {
        mails().enqueueAll(
                List.of(task("low").priority(1), task("default").header("trace", "t"), task("high").priority(9)));
        try (Worker worker = logging()) {
            assertThat(taken(3)).containsExactly("high", "default", "low");
            until(stats -> stats.done() == 3);
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void orderKey_headThatFails_holdsBackItsKeyOnly() {
        mails().enqueueAll(List.of(task("a1").key("a").backoff(LONG, LONG), task("a2").key("a"), task("b1").key("b")));
        try (Worker worker = work(4, (task, context) -> {
            log.add(task.text());
            if (task.text().equals("a1") && context.attempt() == 1) {
                throw new IllegalStateException("busy");
            }
        })) {
            assertThat(taken(2)).containsExactlyInAnyOrder("a1", "b1");
            until(stats -> stats.retrying() == 1 && stats.done() == 1 && stats.ready() == 1);
            MessageId head = mails().list(TaskState.RETRYING, "", 1).items().get(0).id();
            assertThat(mails().runNow(head)).isTrue();
            assertThat(taken(2)).containsExactly("a1", "a2");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void limitKey_boundsWhatRunsAtOnce() {
        QueueLimits limits = QueueLimits.NONE.concurrencyPerKey(1);
        mails().limits(limits);
        assertThat(mails().limits()).isEqualTo(limits);
        mails().enqueueAll(List.of(task("h1").limitKey("h"), task("h2").limitKey("h"), task("free")));
        CountDownLatch go = new CountDownLatch(1);
        try (Worker worker = work(3, (task, context) -> {
            log.add(task.text());
            go.await();
        })) {
            assertThat(taken(2)).containsExactlyInAnyOrder("h1", "free");
            assertThat(mails().stats().ready()).isEqualTo(1);
            go.countDown();
            assertThat(take(log)).isEqualTo("h2");
            assertThat(worker.ended()).isNotDone();
        }
    }

    // ---- unique ----

    @Test
    void uniqueUntilDone_repeatHasTheFirstId_untilItIsDone() {
        Task welcome = task("a").uniqueUntilDone("welcome 7");
        Enqueued first = mails().enqueue(welcome);
        assertThat(mails().enqueue(welcome)).isEqualTo(new Enqueued(first.id(), true));
        try (Worker worker = logging()) {
            until(stats -> stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(mails().enqueue(welcome).duplicate()).isFalse();
    }

    @Test
    void uniqueInAWindow_isHeldBeyondItsEnd() {
        Task welcome = task("a").uniqueKey("welcome 7", Duration.ofHours(1));
        Enqueued first = mails().enqueue(welcome);
        try (Worker worker = logging()) {
            until(stats -> stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(mails().enqueue(welcome)).isEqualTo(new Enqueued(first.id(), true));
    }

    // ---- attempts ----

    @Test
    void delay_isNeverEarly() {
        Instant due = Instant.now().plusMillis(250);
        enqueue(task("later").at(due));
        try (Worker worker = work(1, (task, context) -> log.add(Boolean.toString(!Instant.now().isBefore(due))))) {
            assertThat(take(log)).isEqualTo("true");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void failures_leadToDeath_withTheirHistory_andRedriveBeginsAnew() {
        MessageId id = enqueue(task("x").maxAttempts(2).backoff(Duration.ZERO, Duration.ZERO));
        try (Worker worker = work(1, (task, context) -> {
            log.add("attempt " + context.attempt());
            throw new IllegalStateException("failure " + context.attempt());
        })) {
            until(stats -> stats.dead() == 1);
            TaskInfo dead = info(id);
            assertThat(dead.state()).isEqualTo(TaskState.DEAD);
            assertThat(dead.maxAttempts()).isEqualTo(2);
            assertThat(dead.history()).extracting(FailedAttempt::number).containsExactly(1, 2);
            assertThat(dead.history().get(1).error()).contains("failure 2");
            assertThat(mails().runNow(id)).isFalse();
            assertThat(mails().redrive(id)).isTrue();
            assertThat(taken(3)).containsExactly("attempt 1", "attempt 2", "attempt 1");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void skipRetry_killsAtOnce_snoozeIsNotCounted() {
        MessageId skipped = enqueue(task("skip"));
        MessageId snoozed = enqueue(task("snooze").maxAttempts(1));
        try (Worker worker = work(1, (task, context) -> {
            if (task.text().equals("skip")) {
                throw new SkipRetry("no such user");
            }
            log.add("attempt " + context.attempt());
            if (log.size() < 3) {
                throw new Snooze(Duration.ofMillis(1));
            }
        })) {
            until(stats -> stats.dead() == 1 && stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(log).containsExactly("attempt 1", "attempt 1", "attempt 1");
        assertThat(info(skipped).state()).isEqualTo(TaskState.DEAD);
        assertThat(mails().task(snoozed)).isEmpty();
    }

    @Test
    void timeout_interrupts() {
        MessageId id = enqueue(task("slow").timeout(Duration.ofMillis(30)).backoff(LONG, LONG));
        try (Worker worker = work(1, (task, context) -> new CountDownLatch(1).await())) {
            until(stats -> stats.retrying() == 1);
            assertThat(info(id).history().get(0).error()).contains("timed out");
            assertThat(worker.ended()).isNotDone();
        }
    }

    // ---- wishes ----

    @Test
    void cancel_ofWhatWaits_andOfWhatRuns() {
        MessageId waiting = enqueue(task("later").delay(Duration.ofHours(1)));
        assertThat(mails().cancel(waiting)).isTrue();
        assertThat(mails().cancel(waiting)).isFalse();
        MessageId running = enqueue(task("now"));
        try (Worker worker = work(1, (task, context) -> {
            log.add("started");
            try {
                new CountDownLatch(1).await();
            } finally {
                log.add("cancelled " + context.isCancelled());
            }
        })) {
            assertThat(take(log)).isEqualTo("started");
            assertThat(mails().delete(running)).isFalse();
            assertThat(mails().cancel(running)).isTrue();
            assertThat(take(log)).isEqualTo("cancelled true");
            until(stats -> stats.cancelled() == 2 && stats.leased() == 0);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(mails().task(running)).isEmpty();
    }

    @Test
    void list_goesThroughAStateInPages_deleteForgets_pauseHoldsBack() {
        List<MessageId> ids = mails()
                .enqueueAll(IntStream.range(0, 25).mapToObj(i -> task("t" + i).delay(LONG)).toList())
                .stream()
                .map(Enqueued::id)
                .toList();
        List<MessageId> found = new ArrayList<>();
        Page<TaskInfo> page = mails().list(TaskState.SCHEDULED, "", 10);
        page.items().forEach(one -> found.add(one.id()));
        while (page.next().isPresent()) {
            page = mails().list(TaskState.SCHEDULED, page.next().get(), 10);
            page.items().forEach(one -> found.add(one.id()));
        }
        assertThat(found).isEqualTo(ids);
        assertThat(mails().delete(ids.get(0))).isTrue();
        assertThat(mails().task(ids.get(0))).isEmpty();
        mails().pause();
        assertThat(mails().stats().paused()).isTrue();
        assertThat(mails().runNow(ids.get(1))).isTrue();
        try (Worker worker = logging()) {
            assertThat(mails().stats().ready()).isEqualTo(1);
            mails().resume();
            assertThat(take(log)).isEqualTo("t1");
            assertThat(worker.ended()).isNotDone();
        }
        assertThatThrownBy(() -> mails().list(TaskState.READY, "page 2", 10))
                .isInstanceOf(MillraceException.Invalid.class);
        assertThatThrownBy(() -> m.queue("nowhere").stats()).isInstanceOf(MillraceException.NotFound.class);
    }

    @Test
    void retention_keepsWhatIsDone_asItWasEnqueued() {
        Task kept = task("x").retention(LONG).key("k").priority(7).timeout(LONG).header("trace", "t").maxAttempts(3);
        MessageId id = enqueue(kept);
        try (Worker worker = logging()) {
            until(stats -> stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        TaskInfo done = info(id);
        assertThat(done.state()).isEqualTo(TaskState.DONE);
        assertThat(done.task().text()).isEqualTo("x");
        assertThat(done.task().keys()).isEqualTo(kept.keys());
        assertThat(done.task().options()).isEqualTo(kept.options());
        assertThat(done.task().headers()).isEqualTo(kept.headers());
    }

    // ---- what handlers say ----

    @Test
    void progressResultAndLog_areSeenWhileItRuns_andKeptWithIt() throws Exception {
        MessageId id = enqueue(task("x").retention(LONG));
        CountDownLatch go = new CountDownLatch(1);
        try (Worker worker = work(1, (task, context) -> {
            context.log("began");
            context.progress(40, "half way, nearly");
            log.add("said");
            go.await();
            context.log("ends");
            context.progress(90, "nearly done");
            context.result("sent to 17");
        })) {
            assertThat(take(log)).isEqualTo("said");
            await("its progress", () -> info(id).output().percent() == 40);
            assertThat(info(id).output().text()).isEqualTo("half way, nearly");
            go.countDown();
            until(stats -> stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        TaskOutput output = info(id).output();
        assertThat(output.percent()).isEqualTo(90);
        assertThat(output.text()).isEqualTo("nearly done");
        assertThat(output.resultText()).isEqualTo("sent to 17");
        assertThat(output.log()).hasSize(2);
        assertThat(output.log().get(0)).endsWith(" #1 began");
        assertThat(output.log().get(1)).endsWith(" #1 ends");
    }

    @Test
    void result_ofAFailedAttempt_isKept_oneThatIsTooLargeIsRefused() {
        MessageId id = enqueue(task("x").backoff(LONG, LONG));
        try (Worker worker = work(1, (task, context) -> {
            context.result("so far 3");
            context.result(new byte[(64 << 10) + 1]);
        })) {
            until(stats -> stats.retrying() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(info(id).output().resultText()).isEqualTo("so far 3");
        assertThat(info(id).history().get(0).error()).contains("65536 bytes, not 65537");
    }

    @Test
    void log_keepsTheLastLines() {
        MessageId id = enqueue(task("x").retention(LONG));
        try (Worker worker = work(1, (task, context) -> {
            for (int i = 0; i < 2_000; i++) {
                context.log("line\n" + i);
            }
        })) {
            until(stats -> stats.done() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        List<String> lines = info(id).output().log();
        assertThat(lines.get(lines.size() - 1)).endsWith("line 1999");
        assertThat(lines).hasSizeBetween(200, 1_000);
    }

    // ---- time ----

    @Test
    void backoff_doubles_upToItsCap_lessSomeJitter() {
        Task often = task("x").backoff(Duration.ofMinutes(10), Duration.ofMinutes(15));
        MessageId id = enqueue(often);
        try (Worker worker = work(1, (task, context) -> {
            throw new IllegalStateException("busy");
        })) {
            until(stats -> stats.retrying() == 1);
            assertThat(waits(id)).isBetween(Duration.ofSeconds(449), Duration.ofSeconds(601));
            assertThat(mails().runNow(id)).isTrue();
            await("the second attempt", () -> info(id).attempts() == 2 && info(id).state() == TaskState.RETRYING);
            assertThat(waits(id)).isBetween(Duration.ofSeconds(674), Duration.ofSeconds(901));
            assertThat(worker.ended()).isNotDone();
        }
    }

    /** From its last failure on. */
    private Duration waits(MessageId id) {
        TaskInfo info = info(id);
        return Duration.between(info.history().get(info.history().size() - 1).at(), info.times().until().orElseThrow());
    }

    @Test
    void deadline_thatHasPassed_isRefused_alsoOfAStepAndOfTheEndOfABatch() {
        Task over = task("over").deadline(Instant.now().minusSeconds(1));
        for (ThrowingCallable call : List.<ThrowingCallable>of(() -> enqueue(over),
                () -> enqueue(task("x").deadline(Instant.EPOCH)), () -> enqueue(task("x").then("pages", over)),
                () -> mails().openBatch(over))) {
            assertThatThrownBy(call).isInstanceOf(MillraceException.Invalid.class)
                    .hasMessageContaining("has passed")
                    .hasMessageContaining("give it a later one, or none");
        }
        assertThatThrownBy(() -> mails().enqueueAll(List.of(task("fine"), over)))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("task 1: deadline");
        enqueue(task("at once").at(Instant.now().minusSeconds(60)));
        until(stats -> stats.ready() == 1 && stats.scheduled() == 0);
    }

    @Test
    void deadline_thatPassesBeforeAWorkerComes_killsWithoutAnAttemptOfTheHandler_oneThatComesInterrupts() {
        Instant end = Instant.now().plusSeconds(2);
        MessageId late = enqueue(task("late").deadline(end));
        await("its deadline", () -> Instant.now().isAfter(end));
        try (Worker worker = work(1, (task, context) -> {
            log.add(task.text());
            try {
                new CountDownLatch(1).await();
            } finally {
                log.add("cancelled " + context.isCancelled());
            }
        })) {
            until(stats -> stats.dead() == 1);
            assertThat(info(late).history().get(0).error()).contains("deadline");
            enqueue(task("soon").deadline(Instant.now().plusSeconds(3)).backoff(LONG, LONG));
            assertThat(taken(2)).containsExactly("soon", "cancelled true");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void expiry_forgetsWhatNobodyTook() {
        MessageId id = enqueue(task("x").expiresIn(Duration.ofMillis(50)));
        until(stats -> stats.expired() == 1 && stats.ready() == 0);
        assertThat(mails().task(id)).isEmpty();
    }

    // ---- many ----

    @Test
    void enqueueAsync_answersWhenItIsDurable_alsoForMany() {
        Enqueued one = get(mails().enqueueAsync(task("a").delay(LONG)));
        List<Enqueued> more = get(mails().enqueueAllAsync(List.of(task("b").delay(LONG), task("c").delay(LONG))));
        crashAndReopen();
        assertThat(mails().list(TaskState.SCHEDULED, "", 10).items()).extracting(TaskInfo::id)
                .containsExactly(one.id(), more.get(0).id(), more.get(1).id());
    }

    @Test
    void all_doesTheSameToAStateInSlices_andTellsHowFarItIs() {
        mails().enqueueAll(IntStream.range(0, 1_200).mapToObj(i -> task("t" + i).delay(LONG)).toList());
        List<Long> progress = new CopyOnWriteArrayList<>();
        assertThat(get(mails().allAsync(TaskState.SCHEDULED, TaskAction.ARCHIVE, progress::add))).isEqualTo(1_200);
        assertThat(progress).isSorted().endsWith(1_200L).hasSizeGreaterThanOrEqualTo(3);
        assertThat(mails().stats().dead()).isEqualTo(1_200);
        assertThat(mails().all(TaskState.DEAD, TaskAction.REDRIVE)).isEqualTo(1_200);
        assertThat(mails().all(TaskState.DEAD, TaskAction.REDRIVE)).isZero();
        assertThat(mails().all(TaskState.READY, TaskAction.CANCEL)).isEqualTo(1_200);
        assertThat(mails().stats().cancelled()).isEqualTo(1_200);
        assertThatThrownBy(() -> m.queue("nowhere").all(TaskState.DEAD, TaskAction.DELETE))
                .isInstanceOf(MillraceException.NotFound.class);
    }

    @Test
    void archive_givesUpWhatWaits_butNotWhatIsBehindOthersOfItsKey() {
        List<Enqueued> tasks = mails().enqueueAll(List.of(task("a1").key("a"), task("a2").key("a"),
                task("later").delay(LONG)));
        assertThat(mails().archive(tasks.get(1).id())).isFalse();
        assertThat(mails().archive(tasks.get(0).id())).isTrue();
        assertThat(mails().archive(tasks.get(2).id())).isTrue();
        assertThat(info(tasks.get(0).id()).state()).isEqualTo(TaskState.DEAD);
        try (Worker worker = logging()) {
            assertThat(take(log)).as("its key is free").isEqualTo("a2");
            assertThat(mails().redrive(tasks.get(2).id())).isTrue();
            assertThat(take(log)).isEqualTo("later");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void queues_areListedByName_withTheirFigures() {
        m.topic("events").publish("no task");
        m.queue("bills").enqueue(task("x").delay(LONG));
        enqueue(task("x"));
        assertThat(m.queues()).extracting(QueueStats::name).containsExactly("bills", "mails");
        assertThat(get(m.queuesAsync()).get(0).scheduled()).isEqualTo(1);
    }

    // ---- ends ----

    @Test
    void crash_losesNothing_andKeepsUniqueKeysAndAttempts() {
        Task unique = task("u").uniqueUntilDone("u").delay(Duration.ofHours(1));
        MessageId held = enqueue(unique);
        enqueue(task("x"));
        Worker worker = work(1, (task, context) -> {
            log.add("started");
            new CountDownLatch(1).await();
        });
        assertThat(take(log)).isEqualTo("started");
        crashAndReopen();
        assertThat(worker.ended()).isDone();
        assertThat(mails().enqueue(unique)).isEqualTo(new Enqueued(held, true));
        try (Worker next = work(1, (task, context) -> log.add(task.text() + ", attempt " + context.attempt()))) {
            assertThat(take(log)).isEqualTo("x, attempt 2");
            assertThat(next.ended()).isNotDone();
        }
        assertThat(info(held).state()).isEqualTo(TaskState.SCHEDULED);
    }
}
