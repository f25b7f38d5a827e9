package dev.millrace.node.embedded;

import dev.millrace.api.contract.FlowContract;
import dev.millrace.api.contract.MillraceWorld;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of chains, batches and groups on the embedded engine, on real files. */
final class EmbeddedFlowTest extends FlowContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new EmbeddedWorld(folder);
    }
}
