package dev.millrace.node;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.node.tasks.QueueGroups;
import dev.millrace.node.tasks.QueueLimits;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.TaskState;
import dev.millrace.node.tasks.Tasks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Writes the folders that {@link StoredFormatsTest} opens, in the format of the program as it is: run {@link #main} with
 * the resources folder and the name of the format when a kind of record or a section of the snapshot has a new version.
 *
 * <p>
 * Two folders each: {@code NAME-killed.zip} as a killed process leaves it, {@code NAME-stopped.zip} with a snapshot. All
 * hold the same messages.
 */
final class StoredFormat {
    /** What waits must still wait when the folder is opened in many years. */
    static final Duration FOR_EVER = Duration.ofDays(365 * 90);
    /** What has an instant waits for this one. */
    static final Instant INSTANT = Instant.parse("2110-01-01T00:00:00Z");
    private static final Duration LEASE = Duration.ofHours(1);
    private static final int SEGMENT_BYTES = 64 << 10;

    private StoredFormat() {}

    public static void main(String[] args) throws IOException {
        Path target = Path.of(args[0]);
        Path folder = Files.createTempDirectory("format");
        try (FileLogFactory logs = logs(folder)) {
            Node node = Node.open(logs, NodeOptions.DEFAULT, ShardClock.SYSTEM);
            Client client = fill(node.broker());
            zip(folder, target.resolve(args[1] + "-killed.zip"));
            client.close();
            node.close();
        }
        zip(folder, target.resolve(args[1] + "-stopped.zip"));
    }

    static FileLogFactory logs(Path folder) {
        return FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(SEGMENT_BYTES), failure -> {
            throw new AssertionError(failure);
        });
    }

    /** Ten orders for two groups, one of which has touched seven of them; a paused topic without a group. */
    private static Client fill(Broker broker) {
        Client client = new Client(broker, "orders");
        List<Long> ids = client.publish("done", "given back", "retrying", "buried", "exhausted", "replayed", "leased");
        broker.createGroup("orders", "audit", GroupStart.EARLIEST).join();
        broker.createGroup("orders", "mail", GroupStart.EARLIEST).join();
        broker.setRetryPolicy("orders", "mail", new RetryPolicy(3, Duration.ZERO, Duration.ZERO)).join();
        client.subscribe("mail", 7, LEASE);
        for (int left = 10; left > 0; left--) {
            touch(client);
        }
        broker.pauseGroup("orders", "mail", true).join();
        broker.replayDead("orders", "mail", List.of(ids.get(5))).join();
        client.publish("untouched 1", "untouched 2", "untouched 3");
        client.defer("deferred", FOR_EVER);
        tasks(broker);
        flows(broker);
        past(broker);
        instants(broker);
        broker.createTopic("kept").join();
        broker.pauseTopic("kept", true).join();
        try (Client kept = new Client(broker, "kept")) {
            kept.publish("kept");
        }
        return client;
    }

    /** A topic that keeps what its group is done with, which is offered anew. */
    private static void past(Broker broker) {
        broker.createTopic("past").join();
        broker.setHistory("past", FOR_EVER.toMillis(), 0).join();
        try (Client client = new Client(broker, "past")) {
            client.publish("one", "two");
            client.subscribe("reader", 2, LEASE);
            client.ack(client.take());
            client.ack(client.take());
        }
        broker.pauseGroup("past", "reader", true).join();
        broker.replay("past", "reader", new ReplayFrom.Earliest(), false).join();
    }

    /** Two messages and a task that wait for an instant; one has an idempotency key, the task an id of its client. */
    private static void instants(Broker broker) {
        broker.createTopic("instants").join();
        broker.createGroup("instants", "reader", GroupStart.EARLIEST).join();
        TopicRef topic = broker.topic("instants");
        PublishBatch once = new PublishBatch(64);
        once.addAt(bytes("once"), INSTANT.toEpochMilli());
        require(broker.publishOnce("instants", once.once(topic, List.of("key"))).join() == Outcome.OK);
        PublishBatch message = new PublishBatch(64);
        message.addAt(bytes("deferred"), INSTANT.toEpochMilli());
        try (Client client = new Client(broker, "instants")) {
            client.run(message.submission(topic));
        }
        Tasks tasks = broker.tasks();
        tasks.createQueue("timed").join();
        tasks.enqueue("timed", List.of(timed())).join();
    }

    static TaskSpec timed() {
        return new TaskSpec("format", bytes("timed"), Map.of(), TaskSpec.Keys.NONE.withId("chosen"),
                TaskSpec.Terms.NONE.dueAt(INSTANT.toEpochMilli()));
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new AssertionError("a message was refused");
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A queue with a task in each state that lasts, keys and limits among them. */
    private static void tasks(Broker broker) {
        Tasks tasks = broker.tasks();
        tasks.createQueue("tasks").join();
        tasks.limits("tasks", new QueueLimits(1, 0, Duration.ofSeconds(1), Duration.ZERO)).join();
        broker.pauseGroup("tasks", Tasks.GROUP, true).join();
        tasks.enqueue("tasks", List.of(task("scheduled", "", FOR_EVER), task("ready", "unique", Duration.ZERO),
                task("cancelled", "", Duration.ZERO))).join();
        long id = tasks.list("tasks", TaskState.READY, 0, 10).join().tasks().getLast().id();
        tasks.cancel("tasks", id).join();
    }

    /** A batch with a member that waits and has a step to follow it, and two tasks that gather. */
    private static void flows(Broker broker) {
        Tasks tasks = broker.tasks();
        tasks.createQueue("flows").join();
        tasks.flows().groups("flows", new QueueGroups(3, FOR_EVER, FOR_EVER)).join();
        long batch = tasks.flows().openBatch("flows", flow("all done", TaskSpec.Flow.NONE)).join().id();
        TaskSpec.Step step = new TaskSpec.Step("flows", flow("second", TaskSpec.Flow.NONE), TaskSpec.Result.HEADER);
        TaskSpec.Flow member = new TaskSpec.Flow(List.of(step), new TaskSpec.BatchRef("flows", batch), "", 0);
        TaskSpec.Flow grouped = new TaskSpec.Flow(List.of(), TaskSpec.BatchRef.NONE, "news", 0);
        tasks.enqueue("flows", List.of(flow("first", member), flow("a", grouped), flow("b", grouped))).join();
        tasks.flows().closeBatch(new TaskSpec.BatchRef("flows", batch)).join();
    }

    static TaskSpec flow(String payload, TaskSpec.Flow flow) {
        return new TaskSpec("format", bytes(payload), Map.of(),
                TaskSpec.Keys.NONE, TaskSpec.Terms.NONE, flow);
    }

    static TaskSpec task(String payload, String unique, Duration delay) {
        return new TaskSpec("format", bytes(payload), Map.of("a", "b"),
                new TaskSpec.Keys("key", "limit", unique, 0, !unique.isEmpty(), 7),
                new TaskSpec.Terms(delay.toMillis(), 0, 3, new TaskSpec.Backoff(10, 20), 0, 0, 1_000, 0));
    }

    private static void touch(Client client) {
        Client.Message message = client.take();
        switch (message.body()) {
            case "done" -> client.ack(message);
            case "given back" -> {
                if (message.attempts() == 1) {
                    client.retry(message, Duration.ZERO);
                }
            }
            case "retrying" -> client.retry(message, FOR_EVER);
            case "buried", "replayed" -> client.bury(message, "no such customer");
            case "exhausted" -> client.retry(message, Duration.ZERO);
            default -> {
                // stays leased
            }
        }
    }

    static void zip(Path folder, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                    zip.putNextEntry(new ZipEntry(folder.relativize(path).toString()));
                    Files.copy(path, zip);
                    zip.closeEntry();
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }

    static void unzip(InputStream file, Path folder) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(file)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path path = folder.resolve(entry.getName());
                Files.createDirectories(Objects.requireNonNull(path.getParent()));
                Files.copy(zip, path);
            }
        }
    }
}
