package dev.millrace.node.embedded;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.ResilienceContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite on the embedded engine, on real files. */
final class EmbeddedResilienceTest extends ResilienceContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new EmbeddedWorld(folder);
    }
}
