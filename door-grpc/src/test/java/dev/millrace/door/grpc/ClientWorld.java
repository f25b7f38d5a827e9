package dev.millrace.door.grpc;

import dev.millrace.api.ConnectOptions;
import dev.millrace.api.Millrace;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.SettableClock;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.node.NodeOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A server on a folder of a test, and a client over a real socket. */
final class ClientWorld implements MillraceWorld {
    /** How long a client waits for a server that is gone. */
    private static final Duration PATIENCE = Duration.ofSeconds(12);

    private final Path folder;
    private final SettableClock clock = new SettableClock();
    private @Nullable DoorRig rig;
    private @Nullable Millrace opened;

    /** The folder goes with the test. */
    ClientWorld(Path folder) {
        this.folder = folder;
    }

    @Override
    public Millrace open(PublishLimits limits) {
        close();
        DoorRig started = new DoorRig(folder, DoorRig.options(folder), NodeOptions.DEFAULT,
                ShardClock.of(clock::nanos, clock::wallMillis));
        rig = started;
        try {
            Millrace m = Millrace.connect("127.0.0.1:" + started.door.address().port(),
                    ConnectOptions.defaults()
                            .publishLimits(limits)
                            .token(started.token())
                            .timeout(PATIENCE));
            opened = m;
            return m;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public SettableClock clock() {
        return clock;
    }

    @Override
    public void crash() {
        DoorRig running = rig;
        rig = null;
        if (running != null) {
            running.die();
        }
        close();
    }

    @Override
    public void close() {
        Millrace m = opened;
        if (m != null) {
            m.close(Duration.ZERO);
        }
        DoorRig running = rig;
        rig = null;
        if (running != null) {
            running.close();
        }
    }
}
