package dev.millrace.node;

import dev.millrace.core.shard.Slices;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs by name what held up a shard's thread, at most once in ten seconds. One per shard, on its owner thread. */
final class SlowSlices {
    private static final Logger LOG = LoggerFactory.getLogger(SlowSlices.class);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private long nextNanos = System.nanoTime();

    void log(int shard, Slices.Part part, long nanos) {
        long now = System.nanoTime();
        if (now - nextNanos >= 0) {
            nextNanos = now + QUIET_NANOS;
            LOG.info("shard {}: {} took {} ms in one go; more than 5 ms holds up everybody", shard, part,
                    nanos / 1_000_000);
        }
    }
}
