package dev.millrace.net;

import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/** A bound server socket. Thread-safe. */
public final class Listener implements AutoCloseable {
    private final ListenAddress address;
    private final @Nullable Channel channel;

    Listener(ListenAddress address, @Nullable Channel channel) {
        this.address = address;
        this.channel = channel;
    }

    /** What it is bound to: the port is the real one. */
    public ListenAddress address() {
        return address;
    }

    /** Accepts no further connection; those that exist stay. Idempotent. */
    @Override
    public void close() {
        if (channel == null || !channel.isOpen()) {
            return;
        }
        channel.close().syncUninterruptibly();
        if (address instanceof ListenAddress.Unix unix) {
            try {
                Files.deleteIfExists(unix.path());
            } catch (IOException e) {
                throw new NetException("the socket file " + unix.path() + " cannot be removed: " + e.getMessage(), e);
            }
        }
    }
}
