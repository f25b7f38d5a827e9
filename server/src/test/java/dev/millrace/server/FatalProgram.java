package dev.millrace.server;

import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardLimits;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.SyncLevel;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.log.file.RealThreads;
import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.RealFiles;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import dev.millrace.node.TopologyListener;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;

/** An engine that runs out of memory: its owner thread at its first topic, or its snapshot thread at the first snapshot. */
final class FatalProgram {
    private FatalProgram() {}

    public static void main(String[] args) {
        boolean inSnapshot = args.length > 1;
        FileLogFactory logs = new FileLogFactory(FileLogOptions.of(Path.of(args[0])), files(),
                new RealThreads(1, Throwable::printStackTrace), () -> 1);
        ShardOptions shard = new ShardOptions(0, SyncLevel.ALWAYS, 1_000, 1, ShardLimits.DEFAULT);
        Node node = Node.open(logs, new NodeOptions(1, 0, shard), ShardClock.SYSTEM);
        if (!inSnapshot) {
            node.broker().addListener(new Poison());
        }
        node.broker().createTopic("t").join();
    }

    /** The real ones, on which no snapshot can be begun. */
    private static FilePort files() {
        FilePort real = new RealFiles();
        return (FilePort) Proxy.newProxyInstance(FatalProgram.class.getClassLoader(), new Class<?>[]{FilePort.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("open") && Arrays.toString(arguments).contains("snap-")) {
                        throw new OutOfMemoryError("planted");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static final class Poison implements TopologyListener {
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
    }
}
