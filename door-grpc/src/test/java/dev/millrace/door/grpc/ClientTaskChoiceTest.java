package dev.millrace.door.grpc;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.TaskChoiceContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of tasks that are chosen on the client, against this door. */
final class ClientTaskChoiceTest extends TaskChoiceContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new ClientWorld(folder);
    }
}
