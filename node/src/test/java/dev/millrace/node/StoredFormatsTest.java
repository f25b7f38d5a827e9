package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.shard.ShardClock;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.TaskInfo;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.TaskState;
import dev.millrace.node.tasks.Tasks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that earlier formats wrote open for ever, with everything that is in them. A name is never taken away here. */
class StoredFormatsTest {
    private static final Duration LEASE = Duration.ofHours(1);

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"1-killed", "1-stopped", "2-killed", "2-stopped", "3-killed", "3-stopped",
        "4-killed", "4-stopped", "4b-killed", "4b-stopped", "5-killed", "5-stopped"})
    void storedFolder_opensWithAllItsMessages(String name) throws IOException {
        try (InputStream file = getClass().getResourceAsStream("/formats/" + name + ".zip")) {
            StoredFormat.unzip(Objects.requireNonNull(file, name), folder);
        }
        try (FileLogFactory logs = StoredFormat.logs(folder);
                Node node = Node.open(logs, NodeOptions.DEFAULT, ShardClock.SYSTEM)) {
            figures(node.broker());
            if (!name.startsWith("1") && !name.startsWith("2")) {
                tasks(node.broker());
            }
            if (since4(name)) {
                flows(node.broker());
                past(node.broker());
            }
            if (since4b(name)) {
                timed(node.broker(), name.startsWith("5"));
            }
            deadLetters(node.broker());
            messages(node.broker());
        }
        // And again, now with what this format wrote behind it.
        try (FileLogFactory logs = StoredFormat.logs(folder);
                Node node = Node.open(logs, NodeOptions.DEFAULT, ShardClock.SYSTEM)) {
            assertThat(node.broker().stats("orders").join().getFirst().groups().get(1).done()).isEqualTo(7);
        }
        if (since4b(name)) {
            try (FileLogFactory logs = StoredFormat.logs(folder);
                    Node node = Node.open(logs, NodeOptions.DEFAULT, showing(StoredFormat.INSTANT.plusSeconds(1)))) {
                instantHasCome(node.broker());
            }
        }
    }

    private static boolean since4(String name) {
        return name.startsWith("4") || name.startsWith("5");
    }

    /** Level 4 as it was just before 5: with ids of clients and keys of publishes. */
    private static boolean since4b(String name) {
        return name.startsWith("4b") || name.startsWith("5");
    }

    private static ShardClock showing(Instant instant) {
        long ahead = instant.toEpochMilli() - System.currentTimeMillis();
        return ShardClock.of(System::nanoTime, () -> System.currentTimeMillis() + ahead);
    }

    private static void figures(Broker broker) {
        List<TopicStats> topics = broker.stats(null)
                .join()
                .stream()
                .filter(topic -> !topic.tracked() && !topic.name().equals("past") && !topic.name().equals("instants"))
                .toList();
        assertThat(topics).extracting(TopicStats::name).containsExactly("kept", "orders");
        assertThat(topics.getFirst().paused()).isTrue();
        assertThat(topics.getFirst().waiting()).isEqualTo(1);
        TopicStats orders = topics.get(1);
        assertThat(orders.accepted()).isEqualTo(11);
        assertThat(orders.scheduled()).isEqualTo(1);
        assertThat(orders.groups()).extracting(GroupStats::name).containsExactly("audit", "mail");
        assertThat(orders.groups().getFirst().ready()).isEqualTo(10);
        GroupStats mail = orders.groups().get(1);
        assertThat(mail.paused()).isTrue();
        assertThat(List.of(mail.offered(), mail.done(), mail.dead(), mail.retrying(), mail.ready() + mail.leased()))
                .containsExactly(10L, 1L, 2L, 1L, 6L);
    }

    /** Since format 4. */
    private static void past(Broker broker) {
        GroupStats reader = broker.stats("past").join().getFirst().groups().getFirst();
        assertThat(List.of(reader.offered(), reader.done(), reader.ready())).containsExactly(4L, 2L, 2L);
        assertThat(broker.history("past").join())
                .isEqualTo(new TopicHistory(StoredFormat.FOR_EVER.toMillis(), 0, 0));
    }

    /** Since format 3. */
    private static void tasks(Broker broker) {
        List<TaskInfo> found = broker.tasks().list("tasks", null, 0, 10).join().tasks();
        assertThat(found).extracting(TaskInfo::state).containsExactly(TaskState.SCHEDULED, TaskState.READY);
        assertThat(found.get(1).spec()).isEqualTo(StoredFormat.task("ready", "unique", Duration.ZERO));
        assertThat(broker.tasks().limits("tasks").join().concurrencyPerKey()).isEqualTo(1);
        assertThat(broker.stats("tasks").join().getFirst().groups().getFirst().cancelled()).isEqualTo(1);
        Enqueued again = broker.tasks()
                .enqueue("tasks", List.of(StoredFormat.task("repeat", "unique", Duration.ZERO)))
                .join()
                .getFirst();
        assertThat(again).isEqualTo(new Enqueued(found.get(1).id(), true, ""));
    }

    /** Since format 4: what followed when it was written follows still. */
    private static void flows(Broker broker) {
        TaskSpec.Flow grouped = new TaskSpec.Flow(List.of(), TaskSpec.BatchRef.NONE, "news", 0);
        broker.tasks().enqueue("flows", List.of(StoredFormat.flow("c", grouped))).join();
        List<String> bodies = new ArrayList<>();
        try (Client client = new Client(broker, "flows")) {
            client.subscribe(Tasks.GROUP, 10, LEASE);
            while (bodies.size() < 4) {
                Client.Message message = client.take();
                bodies.add(message.body());
                client.ack(message);
            }
        }
        assertThat(bodies).containsExactlyInAnyOrder("first", "second", "all done",
                "\0\0\0\1a\0\0\0\1b\0\0\0\1c");
        assertThat(bodies.indexOf("second")).isBetween(bodies.indexOf("first"), bodies.indexOf("all done"));
    }

    /**
     * What has an instant waits for it.
     *
     * @param byWall
     *            it waits by the wall clock; before format 5 it did so by elapsed time
     */
    private static void timed(Broker broker, boolean byWall) {
        assertThat(broker.stats("instants").join().getFirst().scheduled()).isEqualTo(2);
        TaskInfo task = broker.tasks().list("timed", null, 0, 10).join().tasks().getFirst();
        assertThat(task.state()).isEqualTo(TaskState.SCHEDULED);
        assertThat(task.spec()).isEqualTo(StoredFormat.timed());
        if (byWall) {
            assertThat(task.times().untilMillis()).isEqualTo(StoredFormat.INSTANT.toEpochMilli());
        }
        Enqueued again = broker.tasks().enqueue("timed", List.of(StoredFormat.timed())).join().getFirst();
        assertThat(again).isEqualTo(new Enqueued(task.id(), true, ""));
    }

    private static void instantHasCome(Broker broker) {
        try (Client client = new Client(broker, "instants")) {
            client.subscribe("reader", 10, LEASE);
            assertThat(List.of(client.take().body(), client.take().body())).containsExactlyInAnyOrder("once",
                    "deferred");
        }
        try (Client client = new Client(broker, "timed")) {
            client.subscribe(Tasks.GROUP, 10, LEASE);
            assertThat(client.take().body()).isEqualTo("timed");
        }
    }

    private static void deadLetters(Broker broker) {
        List<DeadLetter> dead = broker.deadLetters("orders", "mail", 0, 10).join();
        TreeMap<String, String> errors = new TreeMap<>();
        for (DeadLetter letter : dead) {
            errors.put(StandardCharsets.UTF_8.decode(letter.body().duplicate()).toString(),
                    letter.attempts() + " " + letter.error());
        }
        assertThat(errors).isEqualTo(new TreeMap<>(java.util.Map.of("buried", "1 no such customer", "exhausted",
                "3 ")));
    }

    private static void messages(Broker broker) {
        broker.pauseGroup("orders", "mail", false).join();
        TreeMap<String, Integer> attempts = new TreeMap<>();
        try (Client client = new Client(broker, "orders")) {
            client.subscribe("mail", 10, LEASE);
            for (int left = 6; left > 0; left--) {
                Client.Message message = client.take();
                attempts.put(message.body(), message.attempts());
                client.ack(message);
            }
        }
        assertThat(attempts).isEqualTo(new TreeMap<>(java.util.Map.of("given back", 3, "leased", 2, "replayed", 1,
                "untouched 1", 1, "untouched 2", 1, "untouched 3", 1)));
    }
}
