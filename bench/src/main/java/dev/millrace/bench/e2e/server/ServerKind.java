package dev.millrace.bench.e2e.server;

import dev.millrace.bench.e2e.load.Client;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A server that the tool knows how to reach: how it is named in the report, and how it is started. */
public interface ServerKind {
    /** Its name in the report and on the command line. */
    String name();

    /** What it keeps at the moment it answers a publish, in a few words for the report. */
    String durability();

    /**
     * Starts it, or does nothing where it runs already.
     *
     * @param dataDir an empty folder of its own, or that of an earlier start
     * @param jvmOptions options for its JVM, ignored by servers that have none
     * @throws IOException if it does not come up
     */
    Server start(Path dataDir, List<String> jvmOptions) throws IOException;

    /** How a server of this kind, started or found, is spoken to. */
    default Client client(Server server) {
        return new NsqClient(server.tcp(), server.http(), Client.GROUP);
    }

    /** Whether that is the NSQ protocol, which some workloads need. */
    default boolean speaksNsq() {
        return true;
    }

    /** It is warmed up with so many times fewer messages than a server that is compiled while it runs. */
    default int warmUpDivisor() {
        return 6;
    }

    /** Whether it takes messages faster while their topic has a channel; the comparison shows each at its best. */
    default boolean producesFasterWithChannel() {
        return true;
    }

    /** The same server with the native protocol, which has tasks. */
    default ServerKind withTasks() {
        throw new IllegalArgumentException(name() + " has no tasks: use --servers millrace for this workload");
    }

    /** The same server with syncing left to the operating system, or itself where there is no such choice. */
    default ServerKind withSyncByOs() {
        return this;
    }
}
