package dev.millrace.node.embedded;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.WorkerContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of workers on the embedded engine, on real files. */
final class EmbeddedTaskWorkerTest extends WorkerContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new EmbeddedWorld(folder);
    }
}
