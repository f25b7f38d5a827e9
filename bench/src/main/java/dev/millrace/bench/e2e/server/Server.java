package dev.millrace.bench.e2e.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A server under test that is running. */
public interface Server extends AutoCloseable {
    /** Where it speaks the NSQ protocol. */
    InetSocketAddress tcp();

    /** Where it answers nsqd's HTTP API, or null where that is unknown. */
    @Nullable
    InetSocketAddress http();

    /** Where it speaks Millrace's native protocol, or null where it does not. */
    default @Nullable InetSocketAddress grpc() {
        return null;
    }

    /** Its process on this machine, if known. */
    OptionalLong pid();

    /** Time from the start of the process until it said that it is ready, in milliseconds; 0 if it ran already. */
    long readyMillis();

    @Override
    void close() throws IOException;
}
