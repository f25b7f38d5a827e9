package dev.millrace.server;

import dev.millrace.core.shard.ShardClock;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import dev.millrace.node.TopologyListener;
import java.nio.file.Path;

/** An engine whose owner thread runs out of memory at its first topic. */
final class FatalProgram {
    private FatalProgram() {}

    public static void main(String[] args) {
        FileLogFactory logs = FileLogFactory.onDisk(FileLogOptions.of(Path.of(args[0])), Throwable::printStackTrace);
        Node node = Node.open(logs, NodeOptions.DEFAULT, ShardClock.SYSTEM);
        node.broker().addListener(new TopologyListener() {
            @Override
            public void topicCreated(String topic) {
                throw new OutOfMemoryError("planted");
            }

            @Override
            public void topicDeleted(String topic) {}

            @Override
            public void groupCreated(String topic, String group) {}

            @Override
            public void groupDeleted(String topic, String group) {}
        });
        node.broker().createTopic("t").join();
    }
}
