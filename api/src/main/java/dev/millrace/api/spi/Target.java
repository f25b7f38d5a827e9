package dev.millrace.api.spi;

import dev.millrace.api.ConnectOptions;
import dev.millrace.api.OpenOptions;
import java.nio.file.Path;

/** What a user wants to reach. */
public sealed interface Target {
    /** A folder, by an engine inside this process. */
    record Folder(Path folder, OpenOptions options) implements Target {}

    /**
     * A server.
     *
     * @param address
     *            {@code host:port}, not checked yet
     */
    record Server(String address, ConnectOptions options) implements Target {}
}
