package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a shard when a command fails by a defect: a door that breaks the contract stands in for it. */
final class FailedCommandTest {
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

    private long failedCommands() {
        return node.broker().figures().join().getFirst().faults().failedCommands();
    }

    private static boolean is(Throwable failure, BrokerException.Category category) {
        return failure.getCause() instanceof BrokerException refused && refused.category() == category;
    }

    private List<TopicNames> namesOnceItServes() {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            try {
                return node.broker().names().join();
            } catch (CompletionException e) {
                assertThat(System.nanoTime()).as("it does not come back: " + e).isLessThan(deadline);
            }
        }
    }

    @Test
    void publishThatThrows_isInternal_thoseAroundItInTheSameRecordStand() {
        try (Client client = new Client(node.broker(), "orders")) {
            TopicRef topic = node.broker().topic("orders");
            ByteBuffer data = Client.encode("one", "two");
            Submission submission = new Submission();
            submission.data(data);
            submission.publish(topic, 0, data.limit(), 3); // one more than there are: fails in a fresh record
            submission.publish(topic, 0, 7, 1);
            submission.publish(topic, 0, data.limit(), 3); // fails in an open record
            submission.publish(topic, 7, 7, 1);
            submission.defer(topic, data.limit() - 2, 2, 1000); // fails before a record of its own
            client.runAnyway(submission);
            assertThat(new byte[]{submission.result(0), submission.result(1), submission.result(2),
                submission.result(3), submission.result(4)})
                    .containsExactly(Outcome.INTERNAL, Outcome.OK, Outcome.INTERNAL, Outcome.OK, Outcome.INTERNAL);
            assertThat(failedCommands()).isEqualTo(3);
            client.publish("three");
        }
        close();
        open();
        try (Client client = new Client(node.broker(), "orders")) {
            client.subscribe("mail", 10, LONG);
            assertThat(client.take().body()).isEqualTo("one");
            assertThat(client.take().body()).isEqualTo("two");
            assertThat(client.take().body()).isEqualTo("three");
            assertThat(node.broker().stats("orders").join().getFirst().accepted()).isEqualTo(3);
        }
    }

    @Test
    void commandThatThrowsAmongAcks_leavesTheirRecordOpenAndWhole() {
        try (Client client = new Client(node.broker(), "orders")) {
            client.publish("a", "b");
            client.subscribe("mail", 10, LONG);
            Client.Message a = client.take();
            Client.Message b = client.take();
            Submission submission = new Submission();
            submission.ack(a.token());
            submission.publish(node.broker().topic("orders"), 0, 8, 1); // no data at all
            submission.ack(b.token());
            client.runAnyway(submission);
            assertThat(submission.result(0)).isEqualTo(Outcome.OK);
            assertThat(submission.result(1)).isEqualTo(Outcome.INTERNAL);
            assertThat(submission.result(2)).isEqualTo(Outcome.OK);
        }
        close();
        open();
        GroupStats mail = node.broker().stats("orders").join().getFirst().groups().getFirst();
        assertThat(mail.done()).isEqualTo(2);
    }

    @Test
    void callThatThrows_isInternal_theShardGoesOn() {
        NodeBroker broker = (NodeBroker) node.broker();
        assertThatThrownBy(() -> broker.at("orders", _ -> {
            throw new IllegalStateException("planted");
        }).join()).isInstanceOf(CompletionException.class)
                .hasMessageContaining("internal error: planted")
                .matches(failure -> is(failure, BrokerException.Category.INTERNAL));
        assertThat(failedCommands()).isEqualTo(1);
        assertThat(node.broker().createTopic("orders").join()).isTrue();
    }

    @Test
    void callThatThrowsAfterAChange_stopsTheShard_whichComesBackFromItsLog() {
        NodeBroker broker = (NodeBroker) node.broker();
        node.broker().createTopic("before").join();
        assertThatThrownBy(() -> broker.at("orders", shard -> {
            shard.machine().deleteTopic(shard.machine().topic("before"));
            throw new IllegalStateException("planted");
        }).join()).matches(failure -> is(failure, BrokerException.Category.UNAVAILABLE));
        assertThat(namesOnceItServes()).extracting(TopicNames::topic).containsExactly("before");
    }
}
