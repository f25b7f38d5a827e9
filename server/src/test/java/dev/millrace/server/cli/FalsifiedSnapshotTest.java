package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.log.SnapshotWriter;
import dev.millrace.core.machine.ImageWriter;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.MachineListener;
import dev.millrace.core.machine.Replayer;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.node.GroupStart;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import dev.millrace.server.CommandLineRig;
import dev.millrace.server.CommandLineRig.Run;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} and a snapshot whose checksums are right and whose content is not. */
class FalsifiedSnapshotTest {
    private static final int BATCH_BYTES = 64 << 10;

    @TempDir Path folder;

    private FileLogFactory logs() {
        return FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(1 << 20), failure -> {
            throw new AssertionError(failure);
        });
    }

    private void work() {
        try (FileLogFactory logs = logs();
                Node node = Node.open(logs, new NodeOptions(1, 7, ShardOptions.DEFAULT), ShardClock.SYSTEM)) {
            node.broker().createGroup("orders", "billing", GroupStart.EARLIEST).join();
        }
    }

    /** A snapshot of a state in which the topic is paused, which no record says. */
    private void falsify() {
        try (FileLogFactory logs = logs()) {
            ShardLog log = logs.open(0);
            Machine machine = new Machine(7, 0, log.segmentBytes());
            Replayer replayer = new Replayer(machine);
            log.recover(new ReplayTarget() {
                @Override
                public void snapshot(SnapshotReader snapshot) {
                    replayer.snapshot(snapshot);
                }

                @Override
                public void batch(long position, int recordCount, long elapsedMillis, long wallMillis,
                        ByteBuffer records) {
                    replayer.batch(position, records);
                }
            });
            machine.serve(MachineListener.NONE, 0, 0);
            log.reserve(BATCH_BYTES);
            log.append(true);
            machine.attach(log.batch(), log.reserve(BATCH_BYTES));
            machine.pauseTopic(machine.topic("orders"), true);
            machine.finish();
            log.batch().clear();
            try (SnapshotWriter writer = log.startSnapshot(log.tail(), 0, 0)) {
                ImageWriter image = new ImageWriter(machine, writer);
                while (!image.bringWaiting(1_000)) {
                    image.run();
                }
                image.run();
            }
            log.close();
        }
    }

    @Test
    void snapshotThatTheRecordsDoNotSay_isReportedAsDamage() {
        work();
        assertThat(CommandLineRig.run("check", folder.toString()).exit()).isZero();
        falsify();
        Run check = CommandLineRig.run("check", folder.toString());
        assertThat(check.exit()).isEqualTo(1);
        assertThat(check.out()).contains("is not what the records before it say", ".snap");
    }
}
