package dev.millrace.node.embedded;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.TaskChoiceContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of tasks that are chosen on the embedded engine, on real files. */
final class EmbeddedTaskChoiceTest extends TaskChoiceContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new EmbeddedWorld(folder);
    }
}
