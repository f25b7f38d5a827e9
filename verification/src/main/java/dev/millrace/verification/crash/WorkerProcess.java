package dev.millrace.verification.crash;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A worker in a JVM of its own, which is told when to go on, and can be stopped and killed. */
final class WorkerProcess implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 60_000;

    private final ManagedProcess process;

    private WorkerProcess(ManagedProcess process) {
        this.process = process;
    }

    /** Starts the main class with these arguments, on this program's class path. */
    static WorkerProcess start(Class<?> main, Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        main.getName()));
        command.addAll(List.of(arguments));
        return new WorkerProcess(ManagedProcess.start(command, folder, Map.of()));
    }

    /** Waits for a line of its output. */
    void says(String line) throws IOException {
        process.await(Pattern.compile("^" + Pattern.quote(line) + "$"), PATIENCE_MILLIS);
    }

    /** It waits for this word. */
    void goOn() throws IOException {
        process.input("go on\n");
    }

    void kill() {
        process.kill();
    }

    /** SIGSTOP or SIGCONT. */
    void signal(String name) throws IOException {
        process.signal(name);
    }

    @Override
    public void close() {
        process.kill();
    }
}
