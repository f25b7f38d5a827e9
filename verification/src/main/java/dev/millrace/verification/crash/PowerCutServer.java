package dev.millrace.verification.crash;

import dev.millrace.core.machine.PlantedBugs;
import dev.millrace.core.machine.Planting;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.SyncLevel;
import dev.millrace.door.nsq.NsqDoor;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.log.file.PlantedLogs;
import dev.millrace.log.file.sim.SimulatedDisk;
import dev.millrace.net.EventLoops;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * A server whose disk loses its power: {@code FOLDER SEED LEAST-OPERATIONS MOST-OPERATIONS [BUG...]}. The node, the NSQ
 * door and the file log are those that are shipped, with real threads and real connections; below them is a
 * {@link PowerCutDisk}. Prints where it listens, and ends with {@link PowerCutDisk#STATUS} at an operation of the disk
 * that chance chooses between least and most, counted from when it listens.
 */
public final class PowerCutServer {
    private static final long DISK_BYTES = 512L << 20;
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int SNAPSHOT_BYTES = 1 << 20;

    private PowerCutServer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        Random random = new Random(Long.parseLong(arguments[1]));
        int least = Integer.parseInt(arguments[2]);
        int most = Integer.parseInt(arguments[3]);
        List<PlantedBugs.Bug> bugs = Stream.of(arguments).skip(4).map(PlantedBugs.Bug::valueOf).toList();
        SimulatedDisk simulated = new SimulatedDisk(random.nextLong(), DISK_BYTES, random.nextBoolean());
        PowerCutDisk disk = new PowerCutDisk(folder, simulated);
        FileLogFactory logs = PlantedLogs.withRealThreads(
                FileLogOptions.of(folder.toAbsolutePath().normalize()).withSegmentBytes(SEGMENT_BYTES), disk,
                PowerCutServer::defect);
        ShardOptions shard = new ShardOptions(0, SyncLevel.ALWAYS, 1_000, SNAPSHOT_BYTES,
                ShardOptions.DEFAULT.limits());
        Node node = Node.open(logs, new NodeOptions(1, 0, shard), ShardClock.SYSTEM, Planting.of(bugs));
        NsqdOptions options = NsqdOptions.defaults()
                .with("tcp-address", "127.0.0.1:0")
                .with("http-address", "127.0.0.1:0")
                .with("broadcast-address", "127.0.0.1");
        NsqDoor door = NsqDoor.open(node.broker(), options, EventLoops.open("io", 1), level -> {});
        disk.cutAfter(least + random.nextInt(most - least));
        System.out.println("nsq-tcp listening on 127.0.0.1:" + door.tcpAddress().port());
        // All other threads are daemons: this one waits for the end.
        new CountDownLatch(1).await();
    }

    private static void defect(Throwable failure) {
        failure.printStackTrace();
        Runtime.getRuntime().halt(3);
    }
}
