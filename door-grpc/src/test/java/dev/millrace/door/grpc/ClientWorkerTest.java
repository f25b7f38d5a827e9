package dev.millrace.door.grpc;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.WorkerContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of the Java API's workers on the client, against this door. */
final class ClientWorkerTest extends WorkerContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new ClientWorld(folder);
    }
}
