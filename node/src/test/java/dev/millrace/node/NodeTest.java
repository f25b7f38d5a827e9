package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.SessionKind;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardLimits;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.SyncLevel;
import dev.millrace.core.shard.TopicQuota;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine as doors see it, on real files. */
final class NodeTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir Path folder;
    private Node node;
    private FileLogFactory logs;
    private ShardOptions shardOptions = ShardOptions.DEFAULT;
    private int shards = 1;

    @BeforeEach
    void open() {
        logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(1 << 20), failure -> {
            throw new AssertionError(failure);
        });
        node = Node.open(logs, new NodeOptions(shards, 7, shardOptions), ShardClock.SYSTEM);
    }

    @AfterEach
    void close() {
        node.close();
        logs.close();
    }

    private void reopen() {
        close();
        open();
    }

    private GroupStats group(String topic, String name) {
        return node.broker()
                .stats(topic)
                .join()
                .getFirst()
                .groups()
                .stream()
                .filter(group -> group.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void publishedMessages_areDeliveredInOrderAndAcknowledged() {
        try (Client client = new Client(node.broker(), "orders")) {
            List<Long> ids = client.publish("a", "b", "c");
            client.subscribe("mail", 10, LONG);
            List<Long> got = new ArrayList<>();
            for (String body : List.of("a", "b", "c")) {
                Client.Message message = client.take();
                assertThat(message.body()).isEqualTo(body);
                assertThat(message.attempts()).isEqualTo(1);
                got.add(message.id());
                assertThat(client.ack(message)).isEqualTo(Outcome.OK);
            }
            assertThat(got).isEqualTo(ids);
            assertThat(group("orders", "mail").done()).isEqualTo(3);
        }
    }

    @Test
    void ack_twice_isStaleTheSecondTime() {
        try (Client client = new Client(node.broker(), "orders")) {
            client.publish("a");
            client.subscribe("mail", 1, LONG);
            Client.Message message = client.take();
            assertThat(client.ack(message)).isEqualTo(Outcome.OK);
            assertThat(client.ack(message)).isEqualTo(Outcome.STALE);
            assertThat(client.retry(message, Duration.ZERO)).isEqualTo(Outcome.STALE);
        }
    }

    @Test
    void everything_survivesAReopen() {
        try (Client client = new Client(node.broker(), "orders")) {
            client.publish(IntStream.range(0, 1000).mapToObj(i -> "message " + i).toArray(String[]::new));
            client.defer("later", Duration.ofHours(3));
            client.subscribe("mail", 10, LONG);
            for (int i = 0; i < 300; i++) {
                Client.Message message = client.take();
                if (i % 10 == 0) {
                    client.retry(message, Duration.ofHours(1));
                } else if (i % 10 == 1) {
                    client.bury(message, "no such customer");
                } else {
                    client.ack(message);
                }
            }
        }
        reopen();
        GroupStats mail = group("orders", "mail");
        assertThat(mail.retrying()).isEqualTo(30);
        assertThat(mail.dead()).isEqualTo(30);
        assertThat(mail.done()).isEqualTo(240);
        assertThat(mail.ready() + mail.leased()).isEqualTo(700);
        assertThat(node.broker().stats("orders").join().getFirst().scheduled()).isEqualTo(1);
        try (Client client = new Client(node.broker(), "orders")) {
            client.subscribe("mail", 100, LONG);
            for (int i = 0; i < 700; i++) {
                client.ack(client.take());
            }
        }
        List<DeadLetter> dead = node.broker().deadLetters("orders", "mail", 0, 100).join();
        assertThat(dead).hasSize(30).allMatch(letter -> letter.error().equals("no such customer"));
        assertThat(new String(bytes(dead.getFirst()), java.nio.charset.StandardCharsets.UTF_8)).isEqualTo("message 1");
    }

    private static byte[] bytes(DeadLetter letter) {
        byte[] bytes = new byte[letter.body().remaining()];
        letter.body().get(bytes);
        return bytes;
    }

    @Test
    void session_thatCloses_givesItsMessagesBackWithTheirAttempts() {
        try (Client first = new Client(node.broker(), "orders"); Client second = new Client(node.broker(), "orders")) {
            first.publish("a");
            first.subscribe("mail", 1, LONG);
            assertThat(first.take().attempts()).isEqualTo(1);
            second.subscribe("mail", 1, LONG);
            first.end();
            assertThat(second.take().attempts()).isEqualTo(2);
        }
    }

    @Test
    void manyConsumers_thatVanishAtOnce_giveBackEverythingOnce() {
        List<Client> lost = new ArrayList<>();
        try (Client fresh = new Client(node.broker(), "orders")) {
            List<Long> ids = fresh.publish(
                    IntStream.range(0, 4_000).mapToObj(i -> "message " + i).toArray(String[]::new));
            for (int i = 0; i < 20; i++) {
                Client client = new Client(node.broker(), "orders");
                client.subscribe("mail", 200, LONG);
                lost.add(client);
            }
            lost.forEach(client -> IntStream.range(0, 200).forEach(i -> client.take()));
            assertThat(group("orders", "mail").leased()).isEqualTo(4_000);
            fresh.subscribe("mail", 4_000, LONG);
            lost.forEach(Client::end);
            List<Long> again = new ArrayList<>();
            for (int i = 0; i < 4_000; i++) {
                Client.Message message = fresh.take();
                assertThat(message.attempts()).isEqualTo(2);
                again.add(message.id());
            }
            assertThat(again).containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    @Test
    void lease_thatEnds_bringsTheMessageBack() {
        try (Client client = new Client(node.broker(), "orders")) {
            client.publish("a");
            client.subscribe("mail", 1, Duration.ofMillis(20));
            Client.Message first = client.take();
            Client.Message again = client.take();
            assertThat(again.id()).isEqualTo(first.id());
            assertThat(again.attempts()).isGreaterThan(1);
            assertThat(client.ack(first)).isEqualTo(Outcome.STALE);
        }
    }

    @Test
    void lastingLease_outlivesItsSessionAndAReopen_others_endAtOnce() {
        Client.Message kept;
        Client.Message extended;
        try (Client lasting = new Client(node.broker(), "orders", SessionKind.LASTING);
                Client bound = new Client(node.broker(), "orders")) {
            lasting.publish("a", "b", "c");
            lasting.subscribe("mail", 2, LONG);
            kept = lasting.take();
            extended = lasting.take();
            bound.subscribe("mail", 1, LONG);
            assertThat(bound.take().body()).isEqualTo("c");
        }
        reopen();
        try (Client other = new Client(node.broker(), "orders")) {
            assertThat(group("orders", "mail").leased()).isGreaterThanOrEqualTo(2);
            other.subscribe("mail", 10, LONG);
            Client.Message again = other.take();
            assertThat(again.body()).isEqualTo("c");
            assertThat(again.attempts()).isEqualTo(2);
            assertThat(other.extend(extended, LONG)).isEqualTo(Outcome.OK);
            assertThat(other.ack(kept)).isEqualTo(Outcome.OK);
            assertThat(other.ack(kept)).isEqualTo(Outcome.STALE);
            assertThat(other.retry(extended, Duration.ZERO)).isEqualTo(Outcome.OK);
            Client.Message back = other.take();
            assertThat(List.of(back.id(), (long) back.attempts())).containsExactly(extended.id(), 2L);
        }
    }

    @Test
    void leasesOfAResumableSession_areTakenUpAgainAfterAReopen_withTheirTokens() {
        Client before = new Client(node.broker(), "orders", SessionKind.RESUMABLE);
        before.publish("a", "b", "c");
        before.subscribe("mail", 2, LONG);
        Client.Message first = before.take();
        Client.Message second = before.take();
        reopen();
        try (Client after = new Client(node.broker(), "orders", SessionKind.RESUMABLE)) {
            Subscription resumed = after.resume("mail", 2, LONG, List.of(second));
            assertThat(node.broker().leases(resumed).join()).containsExactlyInAnyOrder(first.token(), second.token());
            assertThat(after.ack(second)).isEqualTo(Outcome.OK);
            assertThat(after.take().body()).as("the window of two has room again").isEqualTo("c");
            assertThat(after.ack(first)).isEqualTo(Outcome.OK);
            assertThat(after.ack(first)).isEqualTo(Outcome.STALE);
        }
        try (Client last = new Client(node.broker(), "orders")) {
            last.subscribe("mail", 9, LONG);
            assertThat(last.take().body()).as("its session ended, so its lease did").isEqualTo("c");
        }
    }

    @Test
    void leasesOfAResumableSession_thatDoesNotComeBack_endAfterTenSeconds() {
        Client before = new Client(node.broker(), "orders", SessionKind.RESUMABLE);
        before.publish("a");
        before.subscribe("mail", 1, LONG);
        Client.Message lost = before.take();
        reopen();
        try (Client other = new Client(node.broker(), "orders", SessionKind.RESUMABLE)) {
            Subscription fresh = other.resume("mail", 1, LONG, List.of());
            assertThat(node.broker().leases(fresh).join()).isEmpty();
            assertThat(group("orders", "mail").leased()).isEqualTo(1);
            Client.Message again = other.take();
            assertThat(again.attempts()).isEqualTo(2);
            assertThat(other.ack(lost)).isEqualTo(Outcome.STALE);
            assertThat(other.ack(again)).isEqualTo(Outcome.OK);
        }
    }

    @Test
    void deferredMessage_isNeverEarly() {
        try (Client client = new Client(node.broker(), "orders")) {
            client.subscribe("mail", 1, LONG);
            long start = System.nanoTime();
            client.defer("later", Duration.ofMillis(80));
            client.take();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(80).toNanos());
        }
    }

    @Test
    void deadLetter_isReplayedWithFreshAttempts() {
        Broker broker = node.broker();
        broker.createGroup("orders", "mail", GroupStart.DEFAULT).join();
        broker.setRetryPolicy("orders", "mail", new RetryPolicy(2, Duration.ZERO, Duration.ZERO)).join();
        try (Client client = new Client(broker, "orders")) {
            long id = client.publish("poison").getFirst();
            client.subscribe("mail", 1, LONG);
            client.retry(client.take(), Duration.ZERO);
            client.retry(client.take(), Duration.ZERO);
            assertThat(group("orders", "mail").dead()).isEqualTo(1);
            assertThat(broker.replayDead("orders", "mail", List.of(id)).join()).isEqualTo(1);
            Client.Message message = client.take();
            assertThat(message.id()).isEqualTo(id);
            assertThat(message.attempts()).isEqualTo(1);
            client.bury(message, "still poison");
            assertThat(broker.purgeDead("orders", "mail", List.of()).join()).isEqualTo(1);
        }
    }

    @Test
    void deadLetter_tellsOfItsLastAttempts_alsoAfterTheirSegmentsWereMovedAndAReopen() {
        node.close();
        logs.close();
        shardOptions = new ShardOptions(0, SyncLevel.ALWAYS, 1000, 1 << 20, ShardLimits.DEFAULT);
        open();
        try (Client client = new Client(node.broker(), "orders"); Client other = new Client(node.broker(), "bulk")) {
            client.publish("poison");
            client.subscribe("mail", 1, LONG);
            for (int attempt = 1; attempt <= 7; attempt++) {
                client.retry(client.take(), Duration.ZERO, "error " + attempt);
            }
            client.bury(client.take(), "x".repeat(1_000));
            // Segments fill and become empty, so that what is left in the first ones moves.
            other.subscribe("all", 100, LONG);
            String[] bodies = IntStream.range(0, 100).mapToObj(i -> "y".repeat(5_000)).toArray(String[]::new);
            for (int i = 0; i < 12; i++) {
                other.publish(bodies);
                for (int j = 0; j < 100; j++) {
                    other.ack(other.take());
                }
            }
            awaitFirstSegmentGone();
            assertHistory();
        }
        reopen();
        assertHistory();
        assertThat(node.broker().replayAllDead("orders", "mail").join()).isEqualTo(1);
        assertThat(node.broker().deadLetters("orders", "mail", 0, 10).join()).isEmpty();
    }

    @Test
    void deadLetters_largeBodies_pageEndsAtItsBytes_idsAreFoundWithoutThem() {
        String large = "x".repeat(100_000);
        int count = Broker.DEAD_PAGE_BYTES / large.length() + 2;
        List<Long> ids = new ArrayList<>();
        try (Client client = new Client(node.broker(), "orders")) {
            client.subscribe("mail", 1, LONG);
            for (int i = 0; i < count; i++) {
                if (i == count - 1) {
                    client.defer(large, Duration.ofMillis(1)); // its id stands in its record only
                } else {
                    client.publish(large);
                }
                Client.Message message = client.take();
                ids.add(message.id());
                client.bury(message, "");
            }
        }
        List<DeadLetter> first = node.broker().deadLetters("orders", "mail", 0, 1_000).join();
        assertThat(first).as("the one that reaches the limit is the last").hasSize(count - 1);
        List<DeadLetter> rest = node.broker().deadLetters("orders", "mail", first.getLast().cursor(), 1_000).join();
        assertThat(rest).extracting(DeadLetter::id).containsExactly(ids.getLast());
        for (long id : List.of(ids.getFirst(), ids.getLast())) {
            assertThat(node.broker().deadLetter("orders", "mail", id).join()).hasValueSatisfying(letter -> {
                assertThat(letter.id()).isEqualTo(id);
                assertThat(letter.body().remaining()).isEqualTo(large.length());
            });
        }
        assertThat(node.broker().deadLetter("orders", "mail", 1).join()).isEmpty();
        assertThat(node.broker().replayDead("orders", "mail", List.of(ids.getLast(), 1L)).join()).isEqualTo(1);
        assertThat(node.broker().purgeDead("orders", "mail", List.of(ids.getFirst())).join()).isEqualTo(1);
        assertThat(group("orders", "mail").dead()).isEqualTo(count - 2);
    }

    private void awaitFirstSegmentGone() {
        Path first = folder.resolve("shard-0").resolve("log-000000000000000.seg");
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (java.nio.file.Files.exists(first)) {
            assertThat(System.nanoTime()).as("the first segment is still there").isLessThan(deadline);
            node.broker().figures().join();
            Thread.onSpinWait();
        }
    }

    private void assertHistory() {
        DeadLetter letter = node.broker().deadLetters("orders", "mail", 0, 10).join().getFirst();
        assertThat(letter.attempts()).isEqualTo(8);
        assertThat(letter.error()).isEqualTo("x".repeat(400));
        assertThat(letter.history()).extracting(FailedAttempt::number).containsExactly(4, 5, 6, 7, 8);
        assertThat(letter.history()).extracting(FailedAttempt::error).startsWith("error 4", "error 5", "error 6");
        assertThat(letter.history()).extracting(FailedAttempt::reason).endsWith("given back", "buried");
        assertThat(letter.history().getLast().atMillis()).isEqualTo(letter.diedAtMillis());
    }

    @Test
    void topicAtItsQuota_refusesByName_orDropsTheOldest() {
        quota(new TopicQuota(3, 0, 0, false));
        try (Client client = new Client(node.broker(), "orders")) {
            node.broker().createGroup("orders", "mail", GroupStart.EARLIEST).join();
            client.publish("a", "b", "c");
            assertThat(client.tryPublish("d")).isEqualTo(Outcome.LIMIT_MESSAGES);
            assertThat(Outcome.limit(Outcome.LIMIT_MESSAGES)).contains("max-topic-messages");
            client.subscribe("mail", 1, LONG);
            client.ack(client.take());
            assertThat(client.tryPublish("d")).isEqualTo(Outcome.OK);
        }
        quota(new TopicQuota(3, 0, 0, true));
        try (Client client = new Client(node.broker(), "orders")) {
            node.broker().pauseGroup("orders", "mail", true).join();
            for (int i = 0; i < 5; i++) {
                assertThat(client.tryPublish("e" + i)).isEqualTo(Outcome.OK);
            }
            assertThat(group("orders", "mail").ready()).isLessThanOrEqualTo(4);
            assertThat(group("orders", "mail").dropped()).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void statsOfManyTopics_areTakenInPages() {
        NodeBroker broker = (NodeBroker) node.broker();
        for (int i = 0; i < 2 * Stats.PAGE + 10; i++) {
            broker.createTopic("t" + i).join();
        }
        broker.deleteTopic("t3").join();
        Stats.Page first = broker.at("any", shard -> Stats.page(shard, 0)).join();
        assertThat(first.topics()).hasSize(Stats.PAGE);
        Stats.Page last = broker.at("any", shard -> Stats.page(shard, 2 * Stats.PAGE + 1)).join();
        assertThat(last.topics()).hasSize(9);
        assertThat(last.next()).isNegative();
        assertThat(broker.stats(null).join()).hasSize(2 * Stats.PAGE + 9)
                .extracting(TopicStats::name)
                .isSorted()
                .doesNotHaveDuplicates()
                .doesNotContain("t3");
    }

    @Test
    void ephemeralGroupAndTopic_keepAtMostTheirNumber_theOldestAreDroppedAndCounted_othersKeepAll() {
        limits(new ShardLimits(10, 10, 10, ShardLimits.DEFAULT.ceilings(), TopicQuota.NONE, 3));
        try (Client client = new Client(node.broker(), "orders");
                Client alone = new Client(node.broker(), "t#ephemeral")) {
            node.broker().createGroup("orders", "kept", GroupStart.EARLIEST).join();
            client.subscribe("tail#ephemeral", 0, LONG);
            client.publish("1", "2", "3", "4", "5");
            alone.publish("1", "2", "3", "4", "5");
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (group("orders", "tail#ephemeral").ready() > 3
                    || node.broker().stats("t#ephemeral").join().getFirst().dropped() == 0) {
                assertThat(System.nanoTime()).as("nothing was dropped").isLessThan(deadline);
            }
            assertThat(group("orders", "tail#ephemeral").dropped()).isEqualTo(2);
            assertThat(group("orders", "kept").ready()).isEqualTo(5);
            assertThat(node.broker().stats("t#ephemeral").join().getFirst().waiting()).isEqualTo(3);
            client.subscribe("tail#ephemeral", 10, LONG);
            assertThat(client.take().body()).isEqualTo("3");
        }
        reopen();
        assertThat(group("orders", "kept").ready()).isEqualTo(5);
    }

    private void limits(ShardLimits limits) {
        node.close();
        logs.close();
        shardOptions = new ShardOptions(0, SyncLevel.ALWAYS, 1000, 1 << 20, limits);
        open();
    }

    private void quota(TopicQuota quota) {
        node.close();
        logs.close();
        ShardLimits limits = ShardLimits.DEFAULT;
        shardOptions = new ShardOptions(0, SyncLevel.ALWAYS, 1000, 1 << 20, new ShardLimits(limits.topics(),
                limits.groups(), limits.leases(), limits.ceilings(), quota));
        open();
    }

    @Test
    void manyMessages_pastSegmentsAndSnapshots_areAllDeliveredOnce() {
        node.close();
        logs.close();
        shardOptions = new ShardOptions(0, SyncLevel.ALWAYS, 1000, 2 << 20, ShardLimits.DEFAULT);
        shards = 3;
        open();
        String[] bodies = IntStream.range(0, 500).mapToObj(i -> "x".repeat(100) + i).toArray(String[]::new);
        for (String topic : List.of("one", "two", "three", "four")) {
            try (Client client = new Client(node.broker(), topic)) {
                for (int i = 0; i < 100; i++) {
                    client.publish(bodies);
                }
            }
        }
        reopen();
        for (String topic : List.of("one", "two", "three", "four")) {
            try (Client client = new Client(node.broker(), topic)) {
                client.subscribe("mail", 1000, LONG);
                java.util.Set<Long> ids = new java.util.HashSet<>();
                for (int i = 0; i < 50_000; i++) {
                    Client.Message message = client.take();
                    assertThat(ids.add(message.id())).isTrue();
                    assertThat(message.body()).isEqualTo(bodies[i % 500]);
                    dev.millrace.core.shard.Submission ack = new dev.millrace.core.shard.Submission();
                    ack.ack(message.token());
                    client.submit(ack);
                }
            }
        }
        reopen();
        for (String topic : List.of("one", "two", "three", "four")) {
            assertThat(group(topic, "mail").done()).isEqualTo(50_000);
        }
    }

    @Test
    void unknownNames_areNamedInTheError() {
        assertThatThrownBy(() -> node.broker().deleteGroup("nowhere", "mail").join()).hasCauseInstanceOf(
                BrokerException.class).hasMessageContaining("nowhere");
    }
}
