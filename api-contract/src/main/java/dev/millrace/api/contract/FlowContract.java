package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.task.Batch;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchInfo;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.PreviousResult;
import dev.millrace.api.task.PreviousTask;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.QueueStats;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskFlow;
import dev.millrace.api.task.TaskHandler;
import dev.millrace.api.task.TaskInfo;
import dev.millrace.api.task.TaskState;
import dev.millrace.api.task.WaitingGroup;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Chains, batches and groups. */
public abstract class FlowContract extends TaskContractBase {
    private Worker workOn(String queue, TaskHandler handler) {
        return m.worker().queue(queue).handleOthers(handler).start();
    }

    private TaskHandler logs(String what) {
        return (task, context) -> log.add(what + " " + task.text());
    }

    // ---- chains ----

    private static List<String> steps(Task task) {
        return task.flow()
                .then()
                .stream()
                .map(step -> step.queue() + " " + step.task().type() + " " + step.task().text() + " " + step.result())
                .toList();
    }

    @Test
    void chain_eachStepFollowsInItsQueue_knowsTheOneBefore_andItsResultIfItAskedForIt() {
        Task chain = task("first").then("pages", Task.of("second", "own").header("trace", "t"), PreviousResult.HEADER)
                .then("bills", Task.of("third", "unused"), PreviousResult.PAYLOAD)
                .then("mails", task("last"));
        MessageId first = enqueue(chain.delay(LONG));
        assertThat(steps(info(first).task())).isEqualTo(steps(chain))
                .containsExactly("pages second own HEADER", "bills third unused PAYLOAD", "mails mail last NONE");
        assertThat(mails().runNow(first)).isTrue();
        try (Worker mails = work(1, (task, context) -> {
            log.add(task.text() + " with " + task.flow().then().size() + " steps to come, after "
                    + task.previous().map(PreviousTask::result).map(result -> result.remaining() + " bytes"));
            context.result("result of " + task.text());
        }); Worker pages = workOn("pages", (task, context) -> {
            PreviousTask before = task.previous().orElseThrow();
            assertThat(before.id()).isEqualTo(first);
            assertThat(task.headers()).containsEntry("trace", "t");
            log.add(task.type() + " " + task.text() + ": " + before.resultText());
            context.result(new byte[]{-1, 0, 1});
        }); Worker bills = workOn("bills", (task, context) -> log.add(task.type() + " " + task.size() + " bytes"))) {
            assertThat(taken(4)).containsExactly("first with 3 steps to come, after Optional.empty",
                    "second own: result of first", "third 3 bytes",
                    "last with 0 steps to come, after Optional[0 bytes]");
            assertThat(List.of(mails.ended(), pages.ended(), bills.ended())).noneMatch(end -> end.isDone());
        }
    }

    @Test
    void chain_resultsThatAreNoText_orTooLong_areToldFromNone() {
        enqueue(task("binary").then("pages", Task.of("x", ""), PreviousResult.HEADER));
        enqueue(task("long").then("pages", Task.of("x", ""), PreviousResult.HEADER));
        try (Worker mails = work(1, (task, context) -> context
                .result(task.text().equals("long") ? new byte[9_000] : new byte[]{-1, 0}));
                Worker pages = workOn("pages", (task, context) -> {
                    PreviousTask before = task.previous().orElseThrow();
                    log.add(before.result().remaining() + " bytes, " + before.omittedBytes() + " omitted");
                })) {
            assertThat(taken(2)).containsExactlyInAnyOrder("2 bytes, 0 omitted", "0 bytes, 9000 omitted");
            assertThat(List.of(mails.ended(), pages.ended())).noneMatch(end -> end.isDone());
        }
    }

    @Test
    void chain_stepThatDies_endsIt_andRedriveTakesItUp_alsoAfterAReopen() {
        enqueue(task("first").then("pages", Task.of("step", "second").maxAttempts(1)).then("mails", task("third")));
        try (Worker mails = logging(); Worker pages = workOn("pages", (task, context) -> {
            throw new IllegalStateException("broken");
        })) {
            assertThat(take(log)).isEqualTo("first");
            await("the death of the step", () -> m.queue("pages").stats().dead() == 1);
            assertThat(List.of(mails.ended(), pages.ended())).noneMatch(end -> end.isDone());
        }
        crashAndReopen();
        assertThat(mails().stats().done()).isEqualTo(1);
        MessageId dead = m.queue("pages")
                .list(TaskState.DEAD, "", 10)
                .items()
                .get(0)
                .id();
        assertThat(m.queue("pages").redrive(dead)).isTrue();
        try (Worker mails = logging(); Worker pages = workOn("pages", logs("again"))) {
            assertThat(taken(2)).containsExactly("again second", "third");
            assertThat(List.of(mails.ended(), pages.ended())).noneMatch(end -> end.isDone());
        }
    }

    @Test
    void chain_delayOfAStep_countsFromTheEndOfTheOneBefore() {
        enqueue(task("first").then("pages", Task.of("step", "second").delay(Duration.ofHours(1))));
        try (Worker mails = logging()) {
            assertThat(take(log)).isEqualTo("first");
            await("the step", () -> !m.queues().isEmpty() && m.queues()
                    .stream()
                    .anyMatch(queue -> queue.name().equals("pages") && queue.scheduled() == 1));
            assertThat(mails.ended()).isNotDone();
        }
    }

    @Test
    void chain_whatCannotBe_isRefusedWithTheReason() {
        Task pair = task("a").then("pages", task("b"));
        assertThatThrownBy(() -> task("x").then("pages", pair)).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("list the steps one after the other");
        assertThatThrownBy(() -> task("x").then("no such name", task("b")))
                .isInstanceOf(MillraceException.Invalid.class);
        Task tooLong = task("x").then("pages", Task.of("y", new byte[17 << 10]));
        assertThatThrownBy(() -> enqueue(tooLong)).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("at most 16384 bytes together");
        TaskFlow.Step step = pair.flow().then().get(0);
        assertThatThrownBy(() -> new TaskFlow(Collections.nCopies(101, step), Optional.empty(), ""))
                .hasMessageContaining("0 to 100");
        assertThat(m.queues()).isEmpty();
    }

    // ---- batches ----

    private static final Task OVER = Task.of("over", "all over");

    /** Writes how the batch ended to the log. */
    private Worker ends() {
        return workOn("ends", (task, context) -> log.add(task.text() + " " + BatchProgress.of(task).orElseThrow()));
    }

    private static BatchProgress over(long added, long done, long dead, long cancelled, long expired) {
        return new BatchProgress(BatchProgress.State.OVER, added, done, dead, cancelled, expired);
    }

    @Test
    void batch_countsMembersOfAllQueues_howeverTheyEnd_andItsTaskComesOnce() {
        Batch batch = m.queue("ends").openBatch(OVER);
        assertThat(batch.isDuplicate()).isFalse();
        assertThat(batch.id().queue()).isEqualTo("ends");
        MessageId first = batch.add("mails", task("done").delay(LONG)).id();
        batch.addAll("pages", List.of(Task.of("page", "dies").maxAttempts(1), Task.of("page", "expires")
                .delay(LONG)
                .expiresIn(Duration.ofMillis(50))));
        MessageId cancelled = get(batch.addAsync("bills", Task.of("bill", "cancelled").delay(LONG))).id();
        assertThat(info(first).task().flow().batch()).contains(batch.id());
        assertThat(m.queue("ends").task(batch.id().id()).orElseThrow().state()).isEqualTo(TaskState.SCHEDULED);
        assertThat(m.queue("bills").cancel(cancelled)).isTrue();
        try (Worker pages = workOn("pages", (task, context) -> {
            throw new IllegalStateException("broken");
        }); Worker ends = ends()) {
            await("three ends", () -> batch.progress().pending() == 1);
            assertThat(batch.progress()).isEqualTo(new BatchProgress(BatchProgress.State.OPEN, 4, 0, 1, 1, 1));
            assertThat(List.of(pages.ended(), ends.ended())).noneMatch(end -> end.isDone());
        }
        BatchId id = BatchId.of(batch.id().toString());
        crashAndReopen();
        Batch again = m.batch(id);
        again.close();
        again.close();
        assertThat(again.await(Duration.ZERO)).isEqualTo(new BatchProgress(BatchProgress.State.CLOSED, 4, 0, 1, 1, 1));
        assertThatThrownBy(() -> again.add("mails", task("late"))).isInstanceOf(MillraceException.NotFound.class)
                .hasMessageContaining("no batch of this id is open");
        CompletableFuture<BatchProgress> end = again.awaitAsync(PATIENCE);
        assertThat(mails().runNow(first)).isTrue();
        try (Worker mails = logging(); Worker ends = ends()) {
            assertThat(taken(2)).containsExactly("done", "all over " + over(4, 1, 1, 1, 1));
            assertThat(get(end)).isEqualTo(over(4, 1, 1, 1, 1));
            assertThat(List.of(mails.ended(), ends.ended())).noneMatch(one -> one.isDone());
        }
        reopen();
        assertThat(m.batch(id).progress()).isEqualTo(over(4, 1, 1, 1, 1));
        m.batch(id).close();
        deadMemberThatIsRedriven_countsNotAgain(id);
    }

    private void deadMemberThatIsRedriven_countsNotAgain(BatchId id) {
        MessageId dead = m.queue("pages").list(TaskState.DEAD, "", 10).items().get(0).id();
        assertThat(m.queue("pages").redrive(dead)).isTrue();
        try (Worker pages = workOn("pages", logs("again"))) {
            assertThat(take(log)).isEqualTo("again dies");
            await("its end", () -> m.queue("pages").stats().done() == 1);
            assertThat(pages.ended()).isNotDone();
        }
        assertThat(m.batch(id).progress()).isEqualTo(over(4, 1, 1, 1, 1));
        QueueStats ends = m.queue("ends").stats();
        assertThat(ends.scheduled() + ends.ready() + ends.leased() + ends.retrying()).isZero();
        assertThat(log).isEmpty();
    }

    @Test
    void batch_ofChains_countsEachAsAWhole_andMembersMayAddMore() {
        Batch batch = get(m.queue("ends").openBatchAsync(OVER));
        batch.add("mails", task("folder").then("pages", Task.of("page", "of the chain")));
        try (Worker mails = work(1, (task, context) -> {
            if (task.text().equals("folder")) {
                m.queue("mails").enqueue(task("file").inBatch(task.flow().batch().orElseThrow()));
            }
            log.add(task.text());
        }); Worker ends = ends()) {
            assertThat(taken(2)).containsExactlyInAnyOrder("folder", "file");
            await("the end of one", () -> batch.progress().done() == 1);
            get(batch.closeAsync());
            assertThat(get(batch.progressAsync()).pending()).isEqualTo(1);
            try (Worker pages = workOn("pages", logs("page"))) {
                assertThat(taken(2)).containsExactly("page of the chain", "all over " + over(2, 2, 0, 0, 0));
                assertThat(pages.ended()).isNotDone();
            }
            assertThat(List.of(mails.ended(), ends.ended())).noneMatch(end -> end.isDone());
        }
    }

    @Test
    void batch_withoutTasks_isOverWhenItIsClosed_andOneThatIsCalledOffIsGone() {
        Batch empty = m.queue("ends").openBatch(OVER.uniqueUntilDone("one"));
        assertThat(m.queue("ends").openBatch(OVER.uniqueUntilDone("one")).isDuplicate()).isTrue();
        assertThat(m.queue("ends").openBatch(OVER.uniqueUntilDone("one")).id()).isEqualTo(empty.id());
        empty.close();
        assertThat(empty.await(PATIENCE)).isEqualTo(over(0, 0, 0, 0, 0));
        Batch off = m.queue("ends").openBatch(OVER);
        MessageId member = off.add("mails", task("goes on")).id();
        assertThat(off.cancel()).isTrue();
        assertThat(get(off.cancelAsync())).isFalse();
        assertThat(info(member).state()).isEqualTo(TaskState.READY);
        for (ThrowingCallable call : List.<ThrowingCallable>of(off::progress, off::close, () -> off.await(PATIENCE),
                () -> off.add("mails", task("late")), () -> m.batch(new BatchId("nowhere", member)).progress())) {
            assertThatThrownBy(call).isInstanceOf(MillraceException.NotFound.class);
        }
        assertThatThrownBy(off::progress).hasMessageContaining("queue 'ends' has no batch " + off.id().id());
        assertThat(mails().stats().ready()).isEqualTo(1);
    }

    @Test
    void batch_ofWhoseEndNoTaskIsTold_canBeWaitedForAllTheSame() {
        Batch batch = m.queue("ends").openBatch();
        Batch second = get(m.queue("ends").openBatchAsync());
        batch.add("mails", task("a"));
        batch.close();
        crashAndReopen();
        assertThat(m.batch(batch.id()).progress().pending()).isEqualTo(1);
        assertThat(m.queue("ends").stats().scheduled()).isEqualTo(2);
        try (Worker mails = logging()) {
            assertThat(m.batch(batch.id()).await(PATIENCE)).isEqualTo(over(1, 1, 0, 0, 0));
            assertThat(mails.ended()).isNotDone();
        }
        reopen();
        assertThat(m.batch(batch.id()).progress()).isEqualTo(over(1, 1, 0, 0, 0));
        QueueStats ends = m.queue("ends").stats();
        assertThat(List.of(ends.scheduled(), ends.ready(), ends.done())).containsExactly(1L, 0L, 1L);
        assertThat(m.batch(second.id()).progress().state()).isEqualTo(BatchProgress.State.OPEN);
    }

    @Test
    void batch_waiting_endsWithTheEngine_orWhenNobodyWaits() {
        Batch batch = m.queue("ends").openBatch(OVER);
        CompletableFuture<BatchProgress> given = batch.awaitAsync(LONG);
        assertThat(given.cancel(false)).isTrue();
        CompletableFuture<BatchProgress> kept = batch.awaitAsync(LONG);
        assertThat(batch.progress().isOver()).isFalse();
        m.close();
        assertThatThrownBy(() -> get(kept)).isInstanceOf(MillraceException.Closed.class);
    }

    @Test
    void batch_waiting_endsWhenItIsCalledOff_orItsQueueIsEmptied() {
        Batch off = m.queue("ends").openBatch(OVER);
        CompletableFuture<BatchProgress> called = off.awaitAsync(LONG);
        Batch silent = m.queue("gone").openBatch();
        CompletableFuture<BatchProgress> emptied = silent.awaitAsync(LONG);
        assertThat(off.cancel()).isTrue();
        assertThatThrownBy(() -> get(called)).isInstanceOf(MillraceException.NotFound.class);
        m.topic("gone").delete();
        assertThatThrownBy(() -> get(emptied)).isInstanceOf(MillraceException.NotFound.class);
    }

    @Test
    void batch_whatCannotBe_isRefusedWithTheReason() {
        Batch batch = m.queue("ends").openBatch(OVER);
        Batch other = m.queue("ends").openBatch(OVER);
        assertThatThrownBy(() -> batch.add("mails", task("x").inBatch(other.id())))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("a member of one batch");
        assertThatThrownBy(() -> batch.add("mails", task("x").group("g"))).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("a task with a group has no ordering key, no steps that follow and no batch");
        assertThatThrownBy(() -> m.queue("ends").openBatch(OVER.group("g")))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("the task that ends a batch has no group");
        assertThatThrownBy(() -> m.queue("ends").openBatch(OVER.inBatch(new BatchId("ends", new MessageId(77)))))
                .isInstanceOf(MillraceException.NotFound.class)
                .hasMessageContaining("no batch of this id is open");
        assertThatThrownBy(() -> BatchId.of("no id")).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("a slash and 16 hex digits");
        assertThat(batch.progress().added()).isZero();
    }

    /** All of a list, which comes in pages of two. */
    private <T> List<T> pages(Function<String, Page<T>> list) {
        List<T> all = new ArrayList<>();
        Optional<String> cursor = Optional.of("");
        while (cursor.isPresent()) {
            Page<T> page = list.apply(cursor.get());
            assertThat(page.items()).hasSizeLessThanOrEqualTo(2);
            all.addAll(page.items());
            cursor = page.next();
        }
        return all;
    }

    private List<BatchId> listed(BatchProgress.State... states) {
        Optional<BatchProgress.State> state = states.length == 0 ? Optional.empty() : Optional.of(states[0]);
        return pages(cursor -> m.queue("ends").batches(state, cursor, 2)).stream().map(BatchInfo::id).toList();
    }

    @Test
    void batches_areListedByIdAndState_alsoAfterACrash() {
        List<BatchId> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(m.queue("ends").openBatch(OVER.header("n", String.valueOf(i))).id());
        }
        m.batch(ids.get(1)).add("mails", task("a"));
        m.batch(ids.get(1)).close();
        m.batch(ids.get(3)).close();
        assertThat(m.batch(ids.get(4)).cancel()).isTrue();
        assertThat(m.batch(ids.get(3)).await(PATIENCE)).isEqualTo(over(0, 0, 0, 0, 0));
        m.queue("other").openBatch();
        crashAndReopen();
        assertThat(listed()).isEqualTo(ids.subList(0, 4));
        assertThat(listed(BatchProgress.State.OPEN)).containsExactly(ids.get(0), ids.get(2));
        assertThat(listed(BatchProgress.State.CLOSED)).containsExactly(ids.get(1));
        assertThat(listed(BatchProgress.State.OVER)).containsExactly(ids.get(3));
        assertThat(get(m.queue("ends").batchesAsync(Optional.of(BatchProgress.State.CLOSED), "", 10)).items())
                .containsExactly(new BatchInfo(ids.get(1),
                        new BatchProgress(BatchProgress.State.CLOSED, 1, 0, 0, 0, 0)));
        assertThatThrownBy(() -> m.queue("ends").batches(Optional.empty(), "x", 10))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("'x' is no cursor");
        assertThatThrownBy(() -> m.queue("nowhere").batches(Optional.empty(), "", 10))
                .isInstanceOf(MillraceException.NotFound.class);
    }

    // ---- groups ----

    @Test
    void waitingGroups_areListedWithWhatWaits_alsoAfterACrash() {
        mails().groups(new QueueGroups(4, Duration.ZERO, LONG));
        Instant before = Instant.now();
        MessageId first = enqueue(task("a").group("g"));
        enqueue(task("b").group("g"));
        enqueue(task("c").group("g"));
        enqueue(task("d").group("h ä"));
        MessageId only = enqueue(task("e").group("gone"));
        assertThat(mails().cancel(first)).isTrue();
        assertThat(mails().cancel(only)).isTrue();
        mails().enqueueAll(Collections.nCopies(4, task("f").group("full")));
        crashAndReopen();
        List<WaitingGroup> waiting = pages(cursor -> mails().waitingGroups(cursor, 2));
        assertThat(waiting).extracting(WaitingGroup::group).containsExactlyInAnyOrder("g", "h ä");
        assertThat(waiting).extracting(WaitingGroup::size).containsExactlyInAnyOrder(2L, 1L);
        assertThat(waiting).extracting(WaitingGroup::since)
                .allMatch(since -> !since.isBefore(before.minusSeconds(1)) && since.isBefore(before.plus(PATIENCE)));
        assertThat(get(m.queue("mails").waitingGroupsAsync("", 10)).items()).hasSize(2);
        assertThatThrownBy(() -> mails().waitingGroups("", 0)).isInstanceOf(MillraceException.Invalid.class);
        assertThatThrownBy(() -> m.queue("nowhere").waitingGroups("", 10))
                .isInstanceOf(MillraceException.NotFound.class);
    }

    private Worker gathering() {
        return work(1, (task, context) -> log.add(task.flow().group() + ": " + String.join(" ", task.texts())));
    }

    @Test
    void group_isDeliveredAsOneTask_whenItIsFull_andRunNowDeliversWhatThereIs() {
        QueueGroups groups = new QueueGroups(2, Duration.ZERO, LONG);
        mails().groups(groups);
        assertThat(mails().groups()).isEqualTo(groups);
        enqueue(task("a").group("g").header("trace", "t"));
        enqueue(task("of another").group("h"));
        enqueue(task("b").group("g"));
        MessageId third = enqueue(task("c").group("g"));
        try (Worker worker = work(1, (task, context) -> {
            assertThat(task.headers()).containsEntry("trace", "t");
            log.add(task.flow().group() + ": " + String.join(" ", task.texts()) + ", " + task.size() + " bytes");
        })) {
            assertThat(take(log)).isEqualTo("g: a b, 2 bytes");
            until(stats -> stats.scheduled() == 2 && stats.leased() == 0);
            assertThat(worker.ended()).isNotDone();
        }
        assertThat(info(third).task().flow().group()).isEqualTo("g");
        assertThat(info(third).task().text()).isEqualTo("c");
        assertThat(mails().runNow(third)).isTrue();
        try (Worker worker = gathering()) {
            assertThat(take(log)).isEqualTo("g: c");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void group_isDelivered_soLongAfterTheFirst_neverEarly() {
        deliveredAfter(new QueueGroups(1_000, Duration.ofMillis(300), LONG));
    }

    @Test
    void group_isDelivered_soLongAfterTheLast_neverEarly() {
        deliveredAfter(new QueueGroups(1_000, Duration.ZERO, Duration.ofMillis(300)));
    }

    private void deliveredAfter(QueueGroups groups) {
        get(mails().groupsAsync(groups));
        assertThat(get(mails().groupsAsync())).isEqualTo(groups);
        long start = System.nanoTime();
        mails().enqueueAll(List.of(task("a").group("g"), task("b").group("g"), task("c").group("g")));
        try (Worker worker = gathering()) {
            assertThat(take(log)).isEqualTo("g: a b c");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void group_andItsRules_outliveACrash_andWhatIsCancelledIsLeftOut() {
        mails().groups(new QueueGroups(3, Duration.ZERO, LONG));
        enqueue(task("a").group("g"));
        MessageId cancelled = enqueue(task("b").group("g"));
        crashAndReopen();
        assertThat(mails().groups().maxSize()).isEqualTo(3);
        assertThat(mails().cancel(cancelled)).isTrue();
        enqueue(task("c").group("g"));
        try (Worker worker = gathering()) {
            assertThat(take(log)).isEqualTo("g: a c");
            assertThat(worker.ended()).isNotDone();
        }
    }

    @Test
    void group_thatFails_isTriedAgainAsOne_andCanBeLookedAtWhenItIsDead() {
        mails().groups(new QueueGroups(2, Duration.ZERO, LONG));
        Task often = task("a").group("g").maxAttempts(2).backoff(Duration.ZERO, Duration.ZERO);
        mails().enqueueAll(List.of(often, task("b").group("g")));
        try (Worker worker = work(1, (task, context) -> {
            log.add("attempt " + context.attempt() + " at " + task.texts());
            task.text();
        })) {
            assertThat(taken(2)).containsExactly("attempt 1 at [a, b]", "attempt 2 at [a, b]");
            until(stats -> stats.dead() == 1);
            assertThat(worker.ended()).isNotDone();
        }
        TaskInfo dead = mails().list(TaskState.DEAD, "", 10).items().get(0);
        assertThat(dead.task().isGathered()).isTrue();
        assertThat(dead.task().texts()).containsExactly("a", "b");
        assertThat(dead.history().get(1).error()).contains("made of 2 tasks of group 'g': read its payloads");
        assertThatThrownBy(() -> mails().enqueue(dead.task())).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("enqueue them one by one");
    }

    @Test
    void group_whatCannotBe_isRefusedWithTheReason() {
        assertThat(mails().openBatch(OVER).progress().added()).isZero();
        assertThat(mails().groups()).isEqualTo(QueueGroups.DEFAULTS);
        assertThatThrownBy(() -> enqueue(task("x").group("g").key("k"))).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("a task with a group has no ordering key");
        assertThatThrownBy(() -> enqueue(task("x").group("ä".repeat(200)))).isInstanceOf(
                MillraceException.Invalid.class);
        assertThatThrownBy(() -> QueueGroups.DEFAULTS.maxSize(1_001)).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("1 to 1000");
        assertThatThrownBy(() -> m.queue("nowhere").groups()).isInstanceOf(MillraceException.NotFound.class);
    }
}
