package dev.millrace.door.grpc;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.TaskContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of the Java API's tasks on the client, against this door. */
final class ClientTaskTest extends TaskContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new ClientWorld(folder);
    }
}
