package dev.millrace.node;

import dev.millrace.core.log.LogUsage;
import dev.millrace.core.shard.Latencies;
import dev.millrace.core.shard.Shard;
import dev.millrace.core.shard.ShardMetrics;
import java.util.Arrays;

/** Reads a shard's figures; owner thread. */
final class Figures {
    private Figures() {}

    static ShardFigures of(Shard shard) {
        ShardMetrics metrics = shard.metrics();
        LogUsage usage = shard.log().usage();
        LogFigures log = new LogFigures(usage.folder(), usage.segments(), usage.bytesOnDisk(), usage.bytesWritten(),
                usage.syncs(), usage.syncNanosTotal(), usage.freeBytes(), usage.neededBytes());
        ShardFigures.Traffic traffic = new ShardFigures.Traffic(metrics.publishes, metrics.publishedBytes,
                metrics.delivered, metrics.appends, shard.machine().retriesAtOnce(),
                shard.machine().attempts().leftOut());
        ShardFigures.Loop loop = new ShardFigures.Loop(metrics.cycles, metrics.slowCycles, metrics.longestCycleNanos,
                shard.inboxBytes(), metrics.failedMoves);
        return new ShardFigures(shard.number(), traffic, loop, of(metrics.publishToDurable()),
                of(metrics.dueToReady()), log);
    }

    private static LatencyHistogram of(Latencies latencies) {
        return new LatencyHistogram(Arrays.stream(Latencies.upperNanos()).boxed().toList(),
                Arrays.stream(latencies.counts()).boxed().toList(), latencies.sumNanos());
    }
}
