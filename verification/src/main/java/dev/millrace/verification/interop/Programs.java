package dev.millrace.verification.interop;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The programs of a run and a folder for what they write.
 *
 * @param peers where the foreign programs were put
 * @param scratch a folder of this run
 */
record Programs(Path peers, Path scratch) {
    Path binary(String name) {
        return peers.resolve("bin").resolve(name);
    }

    /** Flags of nsqd for TLS, with the certificates that go-nsq's tests bring along and expect. */
    List<String> tlsFlags() {
        Path certificates = peers.resolve("src").resolve("go-nsq").resolve("test");
        return List.of("--tls-cert=" + certificates.resolve("server.pem"),
                "--tls-key=" + certificates.resolve("server.key"),
                "--tls-root-ca-file=" + certificates.resolve("ca.pem"));
    }

    /** A new folder for one purpose. */
    Path folder(String name) throws IOException {
        return Files.createTempDirectory(Files.createDirectories(scratch), name + "-");
    }

    /** Starts one of NSQ's own tools. */
    ManagedProcess tool(String name, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(binary(name).toString()));
        command.addAll(arguments);
        return ManagedProcess.start(command, folder(name), Map.of());
    }

    /** Runs one of NSQ's own tools to its end; an exit code other than 0 is an error. */
    List<String> runTool(String name, String input, List<String> arguments) throws IOException {
        try (ManagedProcess process = tool(name, arguments)) {
            process.input(input);
            int exit = process.awaitExit(30_000);
            if (exit != 0) {
                throw new IOException(name + " ended with " + exit + ":\n" + process.tail(20));
            }
            return process.output();
        }
    }
}
