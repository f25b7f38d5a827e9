package dev.millrace.node;

import dev.millrace.core.log.LogUsage;
import dev.millrace.core.shard.Latencies;
import dev.millrace.core.shard.Shard;
import dev.millrace.core.shard.ShardMetrics;
import dev.millrace.core.shard.Slices;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Reads a shard's figures; owner thread. */
final class Figures {
    private Figures() {}

    static ShardFigures of(Shard shard) {
        ShardMetrics metrics = shard.metrics();
        LogUsage usage = shard.log().usage();
        LogFigures.Files files = new LogFigures.Files(usage.files().segments(), usage.files().bytesOnDisk(),
                usage.files().bytesUsed());
        LogFigures log = new LogFigures(usage.folder(), files, usage.bytesWritten(), usage.syncs(),
                usage.syncNanosTotal(), usage.freeBytes(), usage.neededBytes());
        ShardFigures.Traffic traffic = new ShardFigures.Traffic(metrics.publishes, metrics.publishedBytes,
                metrics.delivered, metrics.appends, shard.machine().retriesAtOnce(),
                shard.machine().attempts().leftOut(), new ShardFigures.Mail(shard.machine().tracked().mail().waiting(),
                        metrics.mailCarried, metrics.mailRefused));
        ShardFigures.Loop loop = new ShardFigures.Loop(metrics.cycles, metrics.slowCycles, metrics.longestCycleNanos,
                shard.inboxBytes(), metrics.failedMoves, slowSlices(metrics.slices()));
        return new ShardFigures(shard.number(), traffic, loop, of(metrics.publishToDurable()),
                of(metrics.dueToDelivered()), of(metrics.append()), log,
                new ShardFigures.Faults(metrics.failedCommands, metrics.failedSnapshots, metrics.clockJumps));
    }

    private static Map<String, Long> slowSlices(Slices slices) {
        Map<String, Long> byName = new LinkedHashMap<>();
        for (Slices.Part part : Slices.Part.values()) {
            byName.put(part.name().toLowerCase(Locale.ROOT), slices.slow(part));
        }
        return Collections.unmodifiableMap(byName);
    }

    private static LatencyHistogram of(Latencies latencies) {
        return new LatencyHistogram(Arrays.stream(Latencies.upperNanos()).boxed().toList(),
                Arrays.stream(latencies.counts()).boxed().toList(), latencies.sumNanos());
    }
}
