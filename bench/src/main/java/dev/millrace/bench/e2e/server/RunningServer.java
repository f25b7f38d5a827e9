package dev.millrace.bench.e2e.server;

import dev.millrace.verification.process.ManagedProcess;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A server that the tool has started. */
public record RunningServer(ManagedProcess process, InetSocketAddress tcp, @Nullable InetSocketAddress http,
        @Nullable InetSocketAddress grpc, long readyMillis) implements Server {
    @Override
    public OptionalLong pid() {
        return OptionalLong.of(process.pid());
    }

    /** SIGKILL. */
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
    }
}
