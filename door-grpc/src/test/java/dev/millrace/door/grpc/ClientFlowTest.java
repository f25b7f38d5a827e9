package dev.millrace.door.grpc;

import dev.millrace.api.contract.FlowContract;
import dev.millrace.api.contract.MillraceWorld;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of the Java API's chains, batches and groups on the client, against this door. */
final class ClientFlowTest extends FlowContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new ClientWorld(folder);
    }
}
