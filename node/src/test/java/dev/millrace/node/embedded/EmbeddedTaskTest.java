package dev.millrace.node.embedded;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.TaskContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of task queues on the embedded engine, on real files. */
final class EmbeddedTaskTest extends TaskContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new EmbeddedWorld(folder);
    }
}
