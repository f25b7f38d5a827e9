package dev.millrace.bench.e2e.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A server that somebody else has started and that the tool leaves running. */
public record ExternalKind(String name, InetSocketAddress tcp, @Nullable InetSocketAddress http)
        implements ServerKind {
    @Override
    public String durability() {
        return "not known to the tool";
    }

    @Override
    public Server start(Path dataDir, List<String> jvmOptions) {
        return new Server() {
            @Override
            public InetSocketAddress tcp() {
                return ExternalKind.this.tcp();
            }

            @Override
            public @Nullable InetSocketAddress http() {
                return ExternalKind.this.http();
            }

            @Override
            public OptionalLong pid() {
                return OptionalLong.empty();
            }

            @Override
            public long readyMillis() {
                return 0;
            }

            @Override
            public void close() throws IOException {
                // Not ours to stop.
            }
        };
    }
}
