package dev.millrace.door.grpc;

import dev.millrace.api.contract.MillraceContract;
import dev.millrace.api.contract.MillraceWorld;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite of the Java API on the client, against this door. */
final class ClientMillraceTest extends MillraceContract {
    @TempDir Path folder;

    @Override
    protected MillraceWorld newWorld() {
        return new ClientWorld(folder);
    }
}
