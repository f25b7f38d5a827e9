package dev.millrace.door.nsq;

import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.net.EventLoops;
import dev.millrace.node.Broker;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The real engine on a folder, with the door in front of it, on ports of its own. */
public final class TestNode implements AutoCloseable {
    private static final int SEGMENT_BYTES = 4 << 20;

    private final FileLogFactory logs;
    private final Node node;
    private final EventLoops loops = EventLoops.open("nsq-test", 1);
    private volatile String logLevel = "";
    private @Nullable NsqDoor door;

    private TestNode(Path folder, int shards) {
        logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(SEGMENT_BYTES), failure -> {
            throw new AssertionError(failure);
        });
        node = Node.open(logs, new NodeOptions(shards, 7, ShardOptions.DEFAULT), ShardClock.SYSTEM);
    }

    public static TestNode open(Path folder) {
        return open(folder, 1, options -> options);
    }

    /** With so many shards and other options than nsqd's defaults. */
    public static TestNode open(Path folder, int shards, UnaryOperator<NsqdOptions> change) {
        TestNode test = new TestNode(folder, shards);
        NsqdOptions options = NsqdOptions.defaults()
                .with("tcp-address", "127.0.0.1:0")
                .with("http-address", "127.0.0.1:0")
                .with("https-address", "127.0.0.1:0")
                .with("broadcast-address", "127.0.0.1");
        try {
            test.door = NsqDoor.open(test.node.broker(), change.apply(options), test.loops,
                    level -> test.logLevel = level);
        } catch (RuntimeException e) {
            test.close();
            throw e;
        }
        return test;
    }

    public Broker broker() {
        return node.broker();
    }

    public NsqDoor door() {
        if (door == null) {
            throw new IllegalStateException("the door is not open");
        }
        return door;
    }

    public int tcpPort() {
        return door().tcpAddress().port();
    }

    public int httpPort() {
        return door().httpAddress().port();
    }

    public int httpsPort() {
        return door().httpsAddress().port();
    }

    /** What was last asked for by {@code PUT /config/log_level}. */
    public String logLevel() {
        return logLevel;
    }

    /** A connection that has sent the magic. */
    public RawClient client() {
        return RawClient.connect(tcpPort());
    }

    @Override
    public void close() {
        if (door != null) {
            door.close();
        }
        node.close();
        loops.close();
        logs.close();
    }
}
