package dev.millrace.node.embedded;

import dev.millrace.api.contract.MillraceContract;
import dev.millrace.api.contract.MillraceWorld;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite on the embedded engine, on real files. */
final class EmbeddedMillraceTest extends MillraceContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new EmbeddedWorld(folder);
    }
}
