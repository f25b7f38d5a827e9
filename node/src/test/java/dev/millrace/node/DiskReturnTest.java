package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.shard.ShardClock;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Segments that nobody needs come back although nothing else happens: a server whose disk was full waits for just that. */
final class DiskReturnTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    @TempDir Path folder;

    /** The machine's clock, set forward. */
    private static final class MovedClock implements ShardClock {
        private final AtomicLong ahead = new AtomicLong();

        @Override
        public long nanos() {
            return System.nanoTime() + ahead.get();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis() + ahead.get() / 1_000_000;
        }

        void pass(long seconds) {
            ahead.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        }
    }

    @Test
    void whatWasDeleted_givesTheDiskBack_withoutAnotherCommand() {
        MovedClock clock = new MovedClock();
        FileLogFactory logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(1 << 20), failure -> {
            throw new AssertionError(failure);
        });
        Node node = Node.open(logs, NodeOptions.DEFAULT, clock);
        try (Client client = new Client(node.broker(), "orders")) {
            String large = "x".repeat(300_000);
            for (int i = 0; i < 40; i++) {
                client.publish(large);
            }
            int before = segments(node);
            assertThat(before).isGreaterThan(10);
            node.broker().deleteTopic("orders").join();

            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (segments(node) > 3) {
                clock.pass(1);
                assertThat(System.nanoTime() - deadline).as(segments(node) + " of " + before + " segments are left")
                        .isNegative();
            }
        } finally {
            node.close();
            logs.close();
        }
    }

    private static int segments(Node node) {
        return node.broker().figures().join().getFirst().log().files().segments();
    }
}
