package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.log.file.FolderCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy made while messages come and go is whole, and holds everything that was answered before it began. */
final class BackupTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final int MESSAGES_BEFORE = 3_000;

    @TempDir Path folder;

    private static FileLogFactory logs(Path at) {
        return FileLogFactory.onDisk(FileLogOptions.of(at).withSegmentBytes(64 << 10), failure -> {
            throw new AssertionError(failure);
        });
    }

    private static Node open(FileLogFactory logs) {
        return Node.open(logs, new NodeOptions(2, 7, ShardOptions.DEFAULT), ShardClock.SYSTEM);
    }

    @Test
    void copyOfANodeAtWork_isSound_andHoldsWhatWasAnsweredBefore() throws InterruptedException {
        Path copy = folder.resolve("copy");
        Set<Long> before = new HashSet<>();
        try (FileLogFactory logs = logs(folder.resolve("data")); Node node = open(logs)) {
            try (Client client = new Client(node.broker(), "orders");
                    Client other = new Client(node.broker(), "more")) {
                String body = "x".repeat(200);
                for (int i = 0; i < MESSAGES_BEFORE / 100; i++) {
                    String[] bodies = new String[100];
                    Arrays.fill(bodies, body);
                    before.addAll(client.publish(bodies));
                    other.publish(bodies);
                }
                client.subscribe("mail", 50, LONG);
                AtomicBoolean stop = new AtomicBoolean();
                Thread worker = Thread.ofPlatform().start(() -> {
                    while (!stop.get()) {
                        assertThat(client.ack(client.take())).isEqualTo(Outcome.OK);
                        client.publish(body);
                    }
                });
                long copied = node.broker().backup(copy);
                stop.set(true);
                worker.join();
                assertThat(copied).isGreaterThan(MESSAGES_BEFORE * 400L);
                assertThatThrownBy(() -> node.broker().backup(copy)).isInstanceOf(BrokerException.class)
                        .hasMessageContaining("name a new folder");
                client.publish("the log goes on");
            }
        }
        assertThat(FolderCheck.check(copy, null).isDamaged()).isFalse();
        try (FileLogFactory logs = logs(copy); Node node = open(logs)) {
            assertThat(node.broker().stats("more").join().getFirst().accepted()).isEqualTo(MESSAGES_BEFORE);
            try (Client client = new Client(node.broker(), "orders")) {
                long done = node.broker().stats("orders").join().getFirst().groups().getFirst().done();
                client.subscribe("mail", 100, LONG);
                Set<Long> left = new HashSet<>(before);
                long known = node.broker().stats("orders").join().getFirst().accepted() - done;
                for (long i = 0; i < known; i++) {
                    Client.Message message = client.take();
                    left.remove(message.id());
                    client.ack(message);
                }
                assertThat((long) left.size()).as("those that are not there were done").isLessThanOrEqualTo(done);
            }
        }
    }
}
