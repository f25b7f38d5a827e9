package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a jump of the wall clock does. */
class ClockJumpTest {
    @TempDir Path folder;

    @Test
    void jumps_areCounted_delaysDoNotFollowThem() {
        AtomicLong offMillis = new AtomicLong();
        ShardClock clock = ShardClock.of(System::nanoTime, () -> ShardClock.SYSTEM.wallMillis() + offMillis.get());
        try (FileLogFactory logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(1 << 20),
                failure -> {
                    throw new AssertionError(failure);
                });
                Node node = Node.open(logs, new NodeOptions(1, 7, ShardOptions.DEFAULT), clock);
                Client client = new Client(node.broker(), "orders")) {
            client.defer("later", Duration.ofHours(1));
            assertThat(jumps(node)).isZero();
            offMillis.set(Duration.ofHours(2).toMillis());
            assertThat(jumps(node)).isEqualTo(1);
            assertThat(jumps(node)).as("each once").isEqualTo(1);
            offMillis.set(0);
            assertThat(jumps(node)).isEqualTo(2);
            assertThat(node.broker().stats("orders").join().getFirst().scheduled()).isEqualTo(1);
        }
    }

    private static long jumps(Node node) {
        node.broker().figures().join(); // a cycle that began after the change
        return node.broker().figures().join().getFirst().faults().clockJumps();
    }
}
