package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.Submission;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.TaskAnswer;
import dev.millrace.node.tasks.TaskInfo;
import dev.millrace.node.tasks.TaskReader;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.TaskSpec.BatchRef;
import dev.millrace.node.tasks.Tasks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains, batches and groups as doors see them, on real files. */
class FlowsTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path folder;
    private Node node;
    private FileLogFactory logs;

    @BeforeEach
    void open() {
        logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(1 << 20), failure -> {
            throw new AssertionError(failure);
        });
        node = Node.open(logs, new NodeOptions(shards(), 7, ShardOptions.DEFAULT), ShardClock.SYSTEM);
    }

    @AfterEach
    void close() {
        node.close();
        logs.close();
    }

    int shards() {
        return 1;
    }

    /** What another shard does comes a little later. */
    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private long open(BatchRef batch) {
        return tasks().flows().batch(batch).join().orElseThrow().open();
    }

    private List<TaskInfo> list(String queue) {
        return tasks().list(queue, null, 0, 100).join().tasks();
    }

    private Tasks tasks() {
        return node.broker().tasks();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private static TaskSpec task(String payload, TaskSpec.Flow flow) {
        return new TaskSpec("type", bytes(payload), Map.of(), TaskSpec.Keys.NONE, TaskSpec.Terms.NONE, flow);
    }

    private static TaskSpec.Step step(String queue, String payload, TaskSpec.Result result) {
        return new TaskSpec.Step(queue, task(payload, TaskSpec.Flow.NONE), result);
    }

    private static TaskSpec.Flow then(TaskSpec.Step... steps) {
        return new TaskSpec.Flow(List.of(steps), BatchRef.NONE, "", 0);
    }

    private static TaskSpec.Flow member(BatchRef batch) {
        return new TaskSpec.Flow(List.of(), batch, "", 0);
    }

    private static TaskSpec.Flow group(String key) {
        return new TaskSpec.Flow(List.of(), BatchRef.NONE, key, 0);
    }

    private long enqueue(String queue, TaskSpec task) {
        Enqueued enqueued = tasks().enqueue(queue, List.of(task)).join().getFirst();
        assertThat(enqueued.refusal()).isEmpty();
        return enqueued.id();
    }

    private Client worker(String queue) {
        Client client = new Client(node.broker(), queue);
        client.subscribe(Tasks.GROUP, 1, LONG);
        return client;
    }

    private TaskInfo find(String queue, long id) {
        return tasks().find(queue, id).join().orElseThrow();
    }

    @Test
    void chain_eachStepFollowsTheOneBefore_withItsResult() {
        tasks().createQueue("resize").join();
        tasks().createQueue("mail").join();
        enqueue("upload", task("photo", then(step("resize", "small", TaskSpec.Result.HEADER),
                step("mail", "unused", TaskSpec.Result.PAYLOAD), step("upload", "last", TaskSpec.Result.NONE))));
        try (Client upload = worker("upload"); Client resize = worker("resize"); Client mail = worker("mail")) {
            long first = say(upload, "photo", "at /p/1");
            Client.Message second = resize.take();
            TaskSpec spec = find("resize", second.id()).spec();
            assertThat(text(spec.payload())).isEqualTo("small");
            assertThat(spec.headers()).containsEntry("millrace-previous-result", "at /p/1")
                    .containsEntry("millrace-previous-id", String.format("%016x", first));
            assertThat(spec.flow().then()).extracting(TaskSpec.Step::queue).containsExactly("mail", "upload");
            result(resize, second, "resized");
            Client.Message third = mail.take();
            assertThat(third.body()).isEqualTo("resized");
            mail.ack(third);
            assertThat(upload.take().body()).isEqualTo("last");
        }
    }

    private static long say(Client client, String body, String result) {
        Client.Message message = client.take();
        assertThat(message.body()).isEqualTo(body);
        result(client, message, result);
        return message.id();
    }

    private static void result(Client client, Client.Message message, String result) {
        Submission submission = new Submission();
        submission.result(message.token(), bytes(result));
        submission.ack(message.token());
        client.run(submission);
    }

    @Test
    void chain_aDeadStepEndsIt_andRedriveTakesItUp() {
        long id = enqueue("q", task("first", then(step("q", "second", TaskSpec.Result.NONE))));
        try (Client worker = worker("q")) {
            worker.bury(worker.take(), "no");
            assertThat(find("q", id).spec().flow().then()).hasSize(1);
            assertThat(tasks().redrive("q", id).join()).isEqualTo(TaskAnswer.DONE);
            worker.ack(worker.take());
            assertThat(worker.take().body()).isEqualTo("second");
        }
    }

    @Test
    void chain_targetThatIsAPlainTopic_waitsAndIsSeen_thenGoesOn() {
        try (Client plain = new Client(node.broker(), "plain")) {
            plain.publish("not a task");
        }
        enqueue("q", task("first", then(step("plain", "second", TaskSpec.Result.NONE))));
        try (Client worker = worker("q")) {
            worker.ack(worker.take());
        }
        await(() -> mail().refused() > 0);
        assertThat(mail().waiting()).isEqualTo(1);
        close();
        open();
        assertThat(mail().waiting()).isEqualTo(1);
        node.broker().deleteTopic("plain").join();
        tasks().createQueue("plain").join();
        try (Client worker = worker("plain")) {
            assertThat(worker.take().body()).isEqualTo("second");
        }
        await(() -> mail().waiting() == 0);
    }

    /** Over all shards. */
    private ShardFigures.Mail mail() {
        return node.broker()
                .figures()
                .join()
                .stream()
                .map(shard -> shard.traffic().mail())
                .reduce((a, b) -> new ShardFigures.Mail(a.waiting() + b.waiting(), a.carried() + b.carried(),
                        a.refused() + b.refused()))
                .orElseThrow();
    }

    @Test
    void batch_itsTaskComesWithTheCounts_onceAllAreOver_alsoAfterAReopen() {
        BatchRef batch = new BatchRef("done",
                tasks().flows().openBatch("done", task("all over", TaskSpec.Flow.NONE)).join().id());
        tasks().createQueue("odd").join();
        for (int i = 0; i < 4; i++) {
            enqueue(i % 2 == 0 ? "even" : "odd", task("member " + i, member(batch)));
        }
        await(() -> list("odd").size() == 2);
        // One that comes from another shard has the id that it was given there, not the one that was answered.
        long cancelled = list("odd").stream()
                .filter(task -> text(task.spec().payload()).equals("member 3"))
                .findFirst()
                .orElseThrow()
                .id();
        assertThat(tasks().cancel("odd", cancelled).join()).isEqualTo(TaskAnswer.DONE);
        try (Client even = worker("even")) {
            even.ack(even.take());
            even.bury(even.take(), "broken");
        }
        await(() -> open(batch) == 1);
        close();
        open();
        assertThat(tasks().flows().closeBatch(batch).join()).isTrue();
        Enqueued late = tasks().enqueue("odd", List.of(task("late", member(batch)))).join().getFirst();
        assertThat(late.refusal()).contains("no batch of this id is open");
        try (Client odd = worker("odd"); Client done = worker("done")) {
            odd.ack(odd.take());
            Client.Message message = done.take();
            assertThat(message.body()).isEqualTo("all over");
            assertThat(find("done", message.id()).spec().headers()).containsAllEntriesOf(Map.of(
                    "millrace-batch-id", String.format("%016x", batch.id()), "millrace-batch-added", "4",
                    "millrace-batch-done", "2", "millrace-batch-dead", "1", "millrace-batch-cancelled", "1",
                    "millrace-batch-expired", "0"));
        }
        assertThat(tasks().flows().batch(batch).join()).contains(new BatchInfo(batch, true, true, 4, 2, 1, 1, 0));
        assertThat(tasks().flows().closeBatch(batch).join()).isTrue();
    }

    @Test
    void batch_ofChains_countsEachOnce_andEmptyingAQueueEndsItsMembers() {
        BatchRef batch = new BatchRef("done",
                tasks().flows().openBatch("done", task("all over", TaskSpec.Flow.NONE)).join().id());
        enqueue("q", task("a", new TaskSpec.Flow(List.of(step("r", "b", TaskSpec.Result.NONE)), batch, "", 0)));
        enqueue("other", task("c", member(batch)));
        tasks().flows().closeBatch(batch).join();
        tasks().createQueue("other").join();
        await(() -> list("other").size() == 1);
        node.broker().emptyGroup("other", Tasks.GROUP).join();
        try (Client q = worker("q"); Client done = worker("done")) {
            q.ack(q.take());
            tasks().createQueue("r").join();
            await(() -> open(batch) == 1);
            try (Client r = worker("r")) {
                r.ack(r.take());
            }
            TaskSpec spec = find("done", done.take().id()).spec();
            assertThat(spec.headers()).containsEntry("millrace-batch-done", "1")
                    .containsEntry("millrace-batch-cancelled", "1");
        }
    }

    @Test
    void group_isOneTask_whenItIsFull_andByRunNow() {
        tasks().createQueue("news").join();
        tasks().flows().groups("news", new QueueGroups(3, Duration.ZERO, LONG)).join();
        for (String payload : List.of("a", "b", "c", "d", "e")) {
            enqueue("news", task(payload, group("user 7")));
        }
        long last = enqueue("news", task("of another", group("user 8")));
        try (Client worker = worker("news")) {
            Client.Message message = worker.take();
            TaskSpec spec = find("news", message.id()).spec();
            assertThat(spec.flow().gathered()).isEqualTo(3);
            assertThat(spec.flow().group()).isEqualTo("user 7");
            assertThat(TaskReader.payloads(spec)).extracting(FlowsTest::text).containsExactly("a", "b", "c");
            worker.ack(message);
            close();
            open();
        }
        assertThat(tasks().flows().groups("news").join()).isEqualTo(new QueueGroups(3, Duration.ZERO, LONG));
        assertThat(tasks().runNow("news", last).join()).isEqualTo(TaskAnswer.DONE);
        try (Client worker = worker("news")) {
            TaskSpec spec = find("news", worker.take().id()).spec();
            assertThat(TaskReader.payloads(spec)).extracting(FlowsTest::text).containsExactly("of another");
        }
    }

    @Test
    void group_manyAndLarge_areDeliveredInSeveral_noneTwice() {
        tasks().createQueue("news").join();
        tasks().flows().groups("news", new QueueGroups(400, Duration.ZERO, LONG)).join();
        List<TaskSpec> specs = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            specs.add(task(i + " " + "x".repeat(700), group("k")));
        }
        tasks().enqueue("news", specs).join();
        List<String> found = new ArrayList<>();
        try (Client worker = worker("news")) {
            while (found.size() < 400) {
                Client.Message message = worker.take();
                TaskReader.payloads(find("news", message.id()).spec())
                        .forEach(payload -> found.add(text(payload).substring(0, text(payload).indexOf(' '))));
                worker.ack(message);
            }
        }
        assertThat(found).doesNotHaveDuplicates().hasSize(400);
        GroupStats stats = node.broker().stats("news").join().getFirst().groups().getFirst();
        assertThat(stats.scheduled()).isZero();
    }

    @Test
    void whatCannotBe_isRefusedWithTheReason() {
        assertThatThrownBy(() -> tasks().enqueue("q", List.of(task("x",
                new TaskSpec.Flow(List.of(step("q", "y", TaskSpec.Result.NONE)), BatchRef.NONE, "g", 0)))).join())
                .hasMessageContaining("a task with a group has no ordering key");
        assertThatThrownBy(() -> tasks()
                .enqueue("q", List.of(task("x", then(step("q", "y".repeat(17 << 10), TaskSpec.Result.NONE)))))
                .join()).hasMessageContaining("at most 16384 bytes together");
        assertThatThrownBy(() -> tasks().flows().groups("q", new QueueGroups(0, LONG, LONG)).join())
                .hasMessageContaining("1 to 1000");
        Enqueued lost = tasks().enqueue("q", List.of(task("x", member(new BatchRef("none", 7))))).join().getFirst();
        assertThat(lost.refusal()).contains("no batch of this id is open");
    }

    // ---- waiting ----

    private int waiting() {
        return ((NodeBroker) node.broker()).nodeTasks().waits().waiting();
    }

    private BatchRef silent(String queue) {
        return new BatchRef(queue, tasks().flows().openBatch(queue).join().id());
    }

    @Test
    void waiting_isToldOfTheEnd_andOfACall_thatPutsItOff() {
        BatchRef first = silent("ends");
        BatchRef second = silent("ends");
        List<CompletableFuture<Optional<BatchInfo>>> all = List.of(tasks().flows().batch(first, LONG),
                tasks().flows().batch(first, LONG), tasks().flows().batch(second, LONG));
        assertThat(waiting()).isEqualTo(3);
        assertThat(tasks().flows().closeBatch(first).join()).isTrue();
        assertThat(all.get(0).join().orElseThrow().over()).isTrue();
        assertThat(all.get(1).join().orElseThrow().over()).isTrue();
        assertThat(all.get(2)).isNotDone();
        assertThat(tasks().cancel("ends", second.id()).join()).isEqualTo(TaskAnswer.DONE);
        assertThat(all.get(2).join()).isEmpty();
        assertThat(tasks().flows().batch(first, LONG).join().orElseThrow().over()).as("over already").isTrue();
        assertThat(waiting()).isZero();
    }

    @Test
    void waiting_endsWithItsTime_itsFuture_andTheNode() {
        BatchRef batch = silent("ends");
        assertThat(tasks().flows().batch(batch, Duration.ofMillis(20)).join().orElseThrow().over()).isFalse();
        assertThat(tasks().flows().batch(batch, LONG).cancel(false)).isTrue();
        assertThat(waiting()).isZero();
        CompletableFuture<Optional<BatchInfo>> left = tasks().flows().batch(batch, LONG);
        node.close();
        assertThat(left.handle((found, failure) -> "told").join()).isEqualTo("told");
        assertThat(waiting()).isZero();
    }

    @Test
    void waiting_byMoreThanAllowed_isRefused() {
        BatchRef batch = silent("ends");
        List<CompletableFuture<Optional<BatchInfo>>> all = new ArrayList<>();
        for (int i = 0; i < BatchWaits.MAX_WAITING; i++) {
            all.add(tasks().flows().batch(batch, LONG));
        }
        assertThatThrownBy(() -> tasks().flows().batch(batch, LONG).join())
                .hasRootCauseInstanceOf(BrokerException.class)
                .hasMessageContaining("callers wait for batches");
        tasks().flows().closeBatch(batch).join();
        all.forEach(each -> assertThat(each.join().orElseThrow().over()).isTrue());
        assertThat(waiting()).isZero();
    }
}
