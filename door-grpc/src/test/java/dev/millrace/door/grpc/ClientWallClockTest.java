package dev.millrace.door.grpc;

import dev.millrace.api.contract.MillraceWorld;
import dev.millrace.api.contract.WallClockContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of clocks that are set over gRPC: the clock of the server. */
final class ClientWallClockTest extends WallClockContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new ClientWorld(folder);
    }
}
