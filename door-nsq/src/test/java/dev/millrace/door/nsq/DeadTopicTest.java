package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.node.DeadNames;
import dev.millrace.node.GroupStart;
import dev.millrace.node.GroupStats;
import dev.millrace.node.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters read by NSQ clients, as a topic. */
class DeadTopicTest {
    private static final String DEAD = "orders.worker.dead";

    @TempDir Path folder;
    private TestNode node;

    @BeforeEach
    void open() {
        node = openNode();
        node.broker().createGroup("orders", "worker", GroupStart.EARLIEST).join();
        RetryPolicy once = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);
        node.broker().setRetryPolicy("orders", "worker", once).join();
    }

    private TestNode openNode() {
        return TestNode.open(folder, 1, options -> options.with("msg-timeout", "1s"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** Publishes them, and lets a consumer give each back once, which is once too often. */
    private List<String> kill(String... bodies) {
        List<String> ids = new ArrayList<>();
        try (RawClient client = node.client()) {
            client.subscribe("orders", "worker", 1);
            for (String body : bodies) {
                client.pub("orders", body);
                RawClient.Message message = client.message();
                client.line("REQ " + message.id() + " 0").pub("other", "REQ has been taken");
                ids.add(message.id());
            }
        }
        return ids;
    }

    private GroupStats worker() {
        return node.broker().stats("orders").join().getFirst().groups().getFirst();
    }

    /** A FIN has no answer: asks until it has been carried out. */
    private void awaitDead(long count) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (worker().dead() != count) {
            assertThat(System.nanoTime()).as("dead: " + worker().dead()).isLessThan(deadline);
        }
    }

    @Test
    void aConsumer_takesDeadLetters_whichAreThenPurged() {
        List<String> ids = kill("a", "b");
        try (RawClient reader = node.client()) {
            reader.subscribe(DEAD, "archive", 10);
            RawClient.Message first = reader.message();
            RawClient.Message second = reader.message();

            assertThat(List.of(first.text(), second.text())).containsExactly("a", "b");
            assertThat(List.of(first.id(), second.id())).isEqualTo(ids);
            assertThat(first.attempts()).as("of this channel, not those it died of").isEqualTo(1);
            assertThat(worker().dead()).isEqualTo(2);
            reader.line("FIN " + first.id());
            awaitDead(1);
            reader.line("FIN " + second.id());
            awaitDead(0);
            assertThat(worker().purged()).isEqualTo(2);
        }
        assertThat(node.broker().names().join()).noneMatch(topic -> topic.topic().equals(DEAD));
    }

    @Test
    void anEphemeralChannel_looks_andEachSeesEveryLetter() {
        kill("a", "b");
        for (String channel : List.of("one#ephemeral", "two#ephemeral")) {
            try (RawClient reader = node.client()) {
                reader.subscribe(DEAD, channel, 1);
                RawClient.Message first = reader.message();
                reader.line("FIN " + first.id());
                RawClient.Message second = reader.message();
                reader.line("FIN " + second.id()).pub("other", "FIN has been taken");
                assertThat(List.of(first.text(), second.text())).containsExactly("a", "b");
            }
        }
        assertThat(worker().dead()).isEqualTo(2);
    }

    @Test
    void aLetterThatDiesLater_goesToAReaderThatWaits_andRdyBoundsWhatIsInFlight() {
        try (RawClient reader = node.client()) {
            kill("a", "b");
            reader.subscribe(DEAD, "archive", 1);
            RawClient.Message first = reader.message();
            assertThat(first.text()).isEqualTo("a");
            reader.line("FIN " + first.id());
            RawClient.Message second = reader.message();
            reader.line("FIN " + second.id());
            awaitDead(0);

            kill("c");
            assertThat(reader.message().text()).isEqualTo("c");
        }
    }

    @Test
    void whatIsGivenBack_orNotAnswered_comesAgain_andALateAnswerIsRefused() {
        String id = kill("a").getFirst();
        try (RawClient reader = node.client()) {
            reader.subscribe(DEAD, "archive", 1);
            assertThat(reader.message().attempts()).isEqualTo(1);
            reader.line("REQ " + id + " 50");
            assertThat(reader.message().attempts()).isEqualTo(2);
            reader.line("TOUCH " + id);
            // Not answered: its second ends.
            assertThat(reader.message().attempts()).isEqualTo(3);
            reader.line("RDY 0").line("REQ " + id + " 0").line("FIN " + id);
            reader.expectError("E_FIN_FAILED FIN " + id + " failed ID not in flight");
            assertThat(worker().dead()).isEqualTo(1);
        }
    }

    @Test
    void aLetterThatWasReplayedMeanwhile_isNotTaken() {
        String id = kill("a").getFirst();
        try (RawClient reader = node.client()) {
            reader.subscribe(DEAD, "archive", 1);
            reader.message();
            assertThat(node.broker().replayAllDead("orders", "worker").join()).isEqualTo(1);
            reader.line("FIN " + id).expectError("E_FIN_FAILED FIN " + id + " failed ID not in flight");
            assertThat(worker().ready()).isEqualTo(1);
        }
    }

    @Test
    void readersOfDurableChannels_shareTheLetters_andOneThatGoesGivesItsOwnBack() {
        kill("a", "b");
        try (RawClient stays = node.client()) {
            RawClient.Message kept;
            try (RawClient goes = node.client()) {
                goes.subscribe(DEAD, "one", 1).message();
                kept = stays.subscribe(DEAD, "two", 1).message();
                assertThat(kept.text()).isEqualTo("b");
            }
            stays.line("FIN " + kept.id());
            RawClient.Message again = stays.message();
            assertThat(again.text()).isEqualTo("a");
            assertThat(again.attempts()).isEqualTo(2);
        }
    }

    @Test
    void largeLetters_allArrive_pageByPage() {
        String body = "x".repeat(100_000);
        kill(Stream.of(1, 2, 3, 4, 5, 6, 7).map(each -> each + body).toArray(String[]::new));
        try (RawClient reader = node.client()) {
            reader.subscribe(DEAD, "archive", 100);
            for (int i = 1; i <= 7; i++) {
                assertThat(reader.message().text()).startsWith(i + "x").hasSize(100_001);
            }
        }
    }

    @Test
    void aGroupThatIsDeleted_endsItsReaders() {
        kill("a");
        try (RawClient reader = node.client()) {
            reader.subscribe(DEAD, "archive", 1).message();
            node.broker().deleteGroup("orders", "worker").join();
            reader.expectClosed();
        }
    }

    @Test
    void aTopicOfThatName_wins() {
        kill("a");
        try (RawClient client = node.client()) {
            client.pub(DEAD, "an ordinary message").subscribe(DEAD, "c", 1);
            assertThat(client.message().text()).isEqualTo("an ordinary message");
        }
    }

    @Test
    void deadLetters_areReadUnderTheHashedNameToo() {
        kill("a");
        String hashed = DeadNames.of("orders", "worker", new Taken(DEAD));
        try (RawClient reader = node.client()) {
            assertThat(reader.subscribe(hashed, "archive", 1).message().text()).isEqualTo("a");
        }
    }

    /** The names of the node, and this one. */
    private final class Taken implements DeadNames.Known {
        private final String taken;

        Taken(String taken) {
            this.taken = taken;
        }

        @Override
        public boolean has(String topic) {
            return topic.equals(taken);
        }

        @Override
        public boolean has(String topic, String group) {
            return topic.equals("orders") && group.equals("worker");
        }

        @Override
        public List<dev.millrace.node.TopicNames> all() {
            return node.broker().names().join();
        }
    }

    @Test
    void stats_showDeadLettersAsATopic() {
        try (HttpClient http = HttpClient.of(node.httpPort()); RawClient reader = node.client()) {
            assertThat(http.get("/stats?format=json").body()).doesNotContain(DEAD);
            kill("a", "b");
            assertThat(http.get("/stats?format=json").body())
                    .contains("{\"topic_name\":\"" + DEAD + "\",\"channels\":[],\"depth\":2");
            reader.subscribe(DEAD, "archive", 1).message();
            String one = http.get("/stats?format=json&topic=" + DEAD).body();
            assertThat(one)
                    .contains("\"channel_name\":\"archive\",\"depth\":1,\"backend_depth\":1,\"in_flight_count\":1")
                    .contains("\"client_count\":1")
                    .doesNotContain("\"topic_name\":\"orders\"");
        }
    }

    @Test
    void afterARestart_allThatAreDeadAreLentAgain() {
        kill("a");
        try (RawClient reader = node.client()) {
            reader.subscribe(DEAD, "archive", 1).message();
        }
        node.close();
        node = openNode();
        try (RawClient reader = node.client()) {
            assertThat(reader.subscribe(DEAD, "archive", 1).message().text()).isEqualTo("a");
        }
    }
}
