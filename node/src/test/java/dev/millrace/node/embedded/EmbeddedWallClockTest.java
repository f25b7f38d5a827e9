package dev.millrace.node.embedded;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.WallClockContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of clocks that are set on the embedded engine, on real files. */
final class EmbeddedWallClockTest extends WallClockContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new EmbeddedWorld(folder);
    }
}
