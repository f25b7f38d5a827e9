package dev.millrace.node.embedded;

import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.TaskEngine;
import dev.millrace.core.log.FolderLogs;
import dev.millrace.core.shard.ShardClock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Engines over a log and a clock that the caller brings: for tests of applications. */
public final class EmbeddedEngines {
    private EmbeddedEngines() {}

    /**
     * An engine that serves.
     *
     * @param logs
     *            opens the log, given who learns of errors in its threads; closed with the engine
     * @param clock
     *            monotonic and wall time
     * @param around
     *            what is put around its task queues
     */
    public static Engine open(Function<Consumer<Throwable>, FolderLogs> logs, ShardClock clock,
            UnaryOperator<TaskEngine> around) {
        return EmbeddedEngine.open(logs, clock, around);
    }

    /**
     * Returns when what follows tasks that are over (steps of chains, ends of batches, what has gathered) has been enqueued,
     * but for what is refused. For an engine of {@link #open}.
     */
    public static void awaitFollowing(Engine engine) {
        if (engine instanceof EmbeddedEngine own) {
            own.awaitFollowing();
        }
    }
}
