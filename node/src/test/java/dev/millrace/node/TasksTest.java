package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.Submission;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.QueueLimits;
import dev.millrace.node.tasks.TaskAnswer;
import dev.millrace.node.tasks.TaskInfo;
import dev.millrace.node.tasks.TaskPage;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.TaskState;
import dev.millrace.node.tasks.Tasks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Task queues as doors see them, on real files. */
final class TasksTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir Path folder;
    private Node node;
    private FileLogFactory logs;

    @BeforeEach
    void open() {
        logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(1 << 20), failure -> {
            throw new AssertionError(failure);
        });
        node = Node.open(logs, new NodeOptions(1, 7, ShardOptions.DEFAULT), ShardClock.SYSTEM);
    }

    @AfterEach
    void close() {
        node.close();
        logs.close();
    }

    private Tasks tasks() {
        return node.broker().tasks();
    }

    private static TaskSpec task(String payload, TaskSpec.Keys keys, TaskSpec.Terms terms) {
        return new TaskSpec("mail", ByteBuffer.wrap(payload.getBytes(StandardCharsets.UTF_8)), Map.of("trace", "t-1"),
                keys, terms);
    }

    private static TaskSpec task(String payload) {
        return task(payload, TaskSpec.Keys.NONE, TaskSpec.Terms.NONE);
    }

    private static TaskSpec.Keys priority(int priority) {
        return new TaskSpec.Keys("", "", "", 0, false, priority);
    }

    private static TaskSpec.Terms delay(Duration delay) {
        return new TaskSpec.Terms(delay.toMillis(), 0, 0, TaskSpec.Backoff.OF_QUEUE, 0, 0, 0, 0);
    }

    private Enqueued enqueue(TaskSpec task) {
        return tasks().enqueue("mails", List.of(task)).join().getFirst();
    }

    private TaskInfo find(long id) {
        return tasks().find("mails", id).join().orElseThrow();
    }

    private Client worker(int credit) {
        Client client = new Client(node.broker(), "mails");
        client.subscribe(Tasks.GROUP, credit, LONG);
        return client;
    }

    @Test
    void tasks_areDeliveredByPriorityAndDone() {
        enqueue(task("low", priority(1), TaskSpec.Terms.NONE));
        enqueue(task("default"));
        enqueue(task("high", priority(9), TaskSpec.Terms.NONE));
        try (Client worker = worker(1)) {
            for (String body : List.of("high", "default", "low")) {
                Client.Message message = worker.take();
                assertThat(message.body()).isEqualTo(body);
                assertThat(worker.ack(message)).isEqualTo(Outcome.OK);
            }
        }
        GroupStats stats = node.broker().stats("mails").join().getFirst().groups().getFirst();
        assertThat(stats.done()).isEqualTo(3);
        assertThat(tasks().list("mails", null, 0, 10).join().tasks()).isEmpty();
    }

    @Test
    void anIdOfAClient_isTakenUntilNothingOfItsTaskIsLeft_alsoAfterAReopen() {
        TaskSpec.Keys named = TaskSpec.Keys.NONE.withId("welcome/7 ü");
        TaskSpec spec = task("a", named, new TaskSpec.Terms(0, 0, 1, TaskSpec.Backoff.OF_QUEUE, 0, 0, 86_400_000, 0));
        Enqueued first = enqueue(spec);
        close();
        open();
        assertThat(tasks().find("mails", tasks().idOf("mails", named.id()).join()).join().orElseThrow().spec())
                .isEqualTo(spec);
        Enqueued repeat = new Enqueued(first.id(), true, "");
        assertThat(enqueue(task("b", named, TaskSpec.Terms.NONE))).isEqualTo(repeat);
        assertThat(tasks().archive("mails", first.id()).join()).isEqualTo(TaskAnswer.DONE);
        assertThat(enqueue(task("b", named, TaskSpec.Terms.NONE))).as("dead").isEqualTo(repeat);
        assertThat(tasks().redrive("mails", first.id()).join()).isEqualTo(TaskAnswer.DONE);
        try (Client worker = worker(1)) {
            worker.ack(worker.take());
        }
        assertThat(enqueue(task("b", named, TaskSpec.Terms.NONE))).as("kept after it was done").isEqualTo(repeat);
        assertThat(tasks().delete("mails", first.id()).join()).isEqualTo(TaskAnswer.DONE);
        assertThat(tasks().idOf("mails", named.id()).join()).isZero();
        Enqueued second = enqueue(task("b", named, TaskSpec.Terms.NONE));
        assertThat(second.duplicate()).isFalse();
        assertThat(tasks().idOf("mails", named.id()).join()).isEqualTo(second.id());
    }

    @Test
    void uniqueKey_repeatIsAnsweredWithTheFirstId_alsoAfterAReopen() {
        TaskSpec.Keys unique = new TaskSpec.Keys("", "", "welcome-7", 0, true, 4);
        Enqueued first = enqueue(task("a", unique, TaskSpec.Terms.NONE));
        close();
        open();
        assertThat(enqueue(task("b", unique, TaskSpec.Terms.NONE))).isEqualTo(new Enqueued(first.id(), true, ""));
        try (Client worker = worker(1)) {
            worker.ack(worker.take());
        }
        Enqueued second = enqueue(task("c", unique, TaskSpec.Terms.NONE));
        assertThat(second.duplicate()).isFalse();
        assertThat(second.id()).isGreaterThan(first.id());
    }

    @Test
    void find_tellsEverythingThatWasEnqueued() {
        TaskSpec spec = task("payload", new TaskSpec.Keys("order-1", "host-1", "key", 60_000, false, 7),
                new TaskSpec.Terms(0, 3_600_000, 3, new TaskSpec.Backoff(1_000, 5_000), 1_500, 4_000_000_000_000L,
                        60_000, 0));
        Enqueued enqueued = enqueue(spec);
        TaskInfo info = find(enqueued.id());
        assertThat(info.spec()).isEqualTo(spec);
        assertThat(info.state()).isEqualTo(TaskState.READY);
        assertThat(info.maxAttempts()).isEqualTo(3);
        try (Client worker = worker(1)) {
            worker.ack(worker.take());
            assertThat(find(enqueued.id()).state()).isEqualTo(TaskState.DONE);
        }
        assertThat(tasks().find("mails", 1).join()).isEmpty();
        assertThatThrownBy(() -> tasks().find("nowhere", 1).join()).cause().isInstanceOf(BrokerException.class);
    }

    @Test
    void failedAttempts_areListedWithTheirErrors_untilTheTaskIsDead() {
        Enqueued enqueued = enqueue(task("x", TaskSpec.Keys.NONE,
                new TaskSpec.Terms(0, 0, 2, new TaskSpec.Backoff(0, 0), 0, 0, 0, 0)));
        try (Client worker = worker(1)) {
            worker.retry(worker.take(), Duration.ZERO, "first");
            worker.retry(worker.take(), Duration.ZERO, "second");
            TaskInfo info = find(enqueued.id());
            assertThat(info.state()).isEqualTo(TaskState.DEAD);
            assertThat(info.history()).extracting(FailedAttempt::error).containsExactly("first", "second");
            assertThat(tasks().redrive("mails", enqueued.id()).join()).isEqualTo(TaskAnswer.DONE);
            assertThat(worker.take().attempts()).isEqualTo(1);
        }
    }

    @Test
    void progressAndResult_areKeptWithTheTask_alsoAfterAReopen() {
        Enqueued enqueued = enqueue(task("x", TaskSpec.Keys.NONE,
                new TaskSpec.Terms(0, 0, 0, TaskSpec.Backoff.OF_QUEUE, 0, 0, 60_000, 0)));
        try (Client worker = worker(1)) {
            Client.Message message = worker.take();
            Submission said = new Submission();
            said.progress(message.token(), 40, "half of it");
            said.progress(message.token(), 90, "nearly");
            said.result(message.token(), ByteBuffer.wrap("42".getBytes(StandardCharsets.UTF_8)));
            said.ack(message.token());
            said.progress(message.token(), 100, "too late");
            worker.run(said);
            assertThat(List.of(said.result(2), said.result(3), said.result(4)))
                    .containsExactly(Outcome.OK, Outcome.OK, Outcome.STALE);
        }
        close();
        open();
        TaskInfo info = find(enqueued.id());
        assertThat(info.state()).isEqualTo(TaskState.DONE);
        assertThat(info.output().percent()).isEqualTo(90);
        assertThat(info.output().text()).isEqualTo("nearly");
        assertThat(StandardCharsets.UTF_8.decode(info.output().result().duplicate()).toString()).isEqualTo("42");
    }

    @Test
    void cancel_ofWhatIsLeased_asksTheWorkerToStop() throws Exception {
        Enqueued enqueued = enqueue(task("x"));
        try (Client worker = worker(1)) {
            Client.Message message = worker.take();
            assertThat(tasks().cancel("mails", enqueued.id()).join()).isEqualTo(TaskAnswer.ASKED);
            assertThat(worker.stops.take()).isEqualTo(message.token());
            assertThat(worker.extend(message, LONG)).isEqualTo(Outcome.STOP_ASKED);
            assertThat(find(enqueued.id()).stopAsked()).isTrue();
            assertThat(worker.retry(message, Duration.ZERO)).isEqualTo(Outcome.OK);
        }
        assertThat(tasks().find("mails", enqueued.id()).join()).isEmpty();
        assertThat(node.broker().stats("mails").join().getFirst().groups().getFirst().cancelled()).isEqualTo(1);
    }

    @Test
    void list_goesThroughAllOfAStateInPages_andBulkActsOnThem() {
        List<TaskSpec> later = IntStream.range(0, 2_500)
                .mapToObj(i -> task("task " + i, TaskSpec.Keys.NONE, delay(Duration.ofHours(1))))
                .toList();
        List<Long> ids = tasks().enqueue("mails", later).join().stream().map(Enqueued::id).toList();
        enqueue(task("now"));
        close();
        open();
        List<Long> found = new ArrayList<>();
        TaskPage page;
        long after = 0;
        do {
            page = tasks().list("mails", TaskState.SCHEDULED, after, 999).join();
            page.tasks().forEach(task -> found.add(task.id()));
            after = page.next();
        } while (after != 0);
        assertThat(found).isEqualTo(ids);
        assertThat(tasks().runNow("mails", ids.getFirst()).join()).isEqualTo(TaskAnswer.DONE);
        assertThat(find(ids.getFirst()).state()).isEqualTo(TaskState.READY);
        assertThat(tasks().all("mails", TaskState.SCHEDULED, Tasks.Bulk.CANCEL).join()).isEqualTo(2_499);
        assertThat(node.broker().stats("mails").join().getFirst().groups().getFirst().cancelled()).isEqualTo(2_499);
        assertThat(node.broker().stats("mails").join().getFirst().groups().getFirst().ready()).isEqualTo(2);
    }

    @Test
    void limits_holdBackWhatSharesAKey() {
        TaskSpec.Keys host = new TaskSpec.Keys("", "host", "", 0, false, 4);
        tasks().createQueue("mails").join();
        QueueLimits limits = new QueueLimits(2, 0, Duration.ofSeconds(1), Duration.ZERO);
        tasks().limits("mails", limits).join();
        assertThat(tasks().limits("mails").join()).isEqualTo(limits);
        for (int i = 0; i < 5; i++) {
            enqueue(task("of host " + i, host, TaskSpec.Terms.NONE));
        }
        enqueue(task("free"));
        try (Client worker = worker(10)) {
            Client.Message first = worker.take();
            assertThat(first.body()).isEqualTo("of host 0");
            assertThat(worker.take().body()).isEqualTo("of host 1");
            assertThat(worker.take().body()).isEqualTo("free");
            assertThat(worker.ack(first)).isEqualTo(Outcome.OK);
            assertThat(worker.take().body()).isEqualTo("of host 2");
        }
    }

    @Test
    void plainTopicWithMessages_isRefusedAsAQueue() {
        try (Client client = new Client(node.broker(), "mails")) {
            client.publish("a message");
        }
        assertThatThrownBy(() -> enqueue(task("x"))).cause()
                .isInstanceOfSatisfying(BrokerException.class,
                        refused -> assertThat(refused.category()).isEqualTo(BrokerException.Category.INVALID))
                .hasMessageContaining("holds messages that are no tasks");
    }

    @Test
    void badTask_isRefusedWithItsCure() {
        assertThatThrownBy(() -> enqueue(task("x", priority(10), TaskSpec.Terms.NONE))).cause()
                .hasMessage("priority is 0 to 9, 9 goes first, not 10");
    }
}
