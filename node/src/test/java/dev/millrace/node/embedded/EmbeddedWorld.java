package dev.millrace.node.embedded;

import dev.millrace.api.Millrace;
import dev.millrace.api.OpenOptions;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.SettableClock;
import dev.millrace.api.internal.Engines;
import dev.millrace.core.shard.ShardClock;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A folder of a test, and the engine on it. */
final class EmbeddedWorld implements MillraceWorld {
    private final Path folder;
    private final SettableClock clock = new SettableClock();
    private @Nullable EmbeddedEngine engine;
    private @Nullable Millrace opened;

    /** The folder goes with the test. */
    EmbeddedWorld(Path folder) {
        this.folder = folder;
    }

    @Override
    public Millrace open(PublishLimits limits) {
        EmbeddedEngine started = EmbeddedEngine.open(folder, OpenOptions.defaults().segmentBytes(4 << 20),
                ShardClock.of(clock::nanos, clock::wallMillis));
        engine = started;
        Millrace m = Engines.over(started, limits);
        opened = m;
        return m;
    }

    @Override
    public SettableClock clock() {
        return clock;
    }

    @Override
    public void crash() {
        EmbeddedEngine running = engine;
        if (running != null) {
            running.crash();
        }
        close();
    }

    @Override
    public void close() {
        Millrace m = opened;
        if (m != null) {
            m.close(Duration.ZERO);
        }
    }
}
