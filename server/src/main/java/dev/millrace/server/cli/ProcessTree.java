package dev.millrace.server.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A shell command and what it started. Where there is {@code setsid} (on every Linux) it is a process group of its own,
 * which ends as one. Elsewhere it is its descendants; the system forgets whose child a process was when its parent ends,
 * so {@link #look} is to be called now and then, and what was seen once is ended with the rest. The terminal's SIGINT,
 * which is meant for the worker, reaches neither.
 *
 * <p>
 * Thread safety: any thread.
 */
final class ProcessTree {
    /** Nothing in a tree can start more between two looks so often. */
    private static final int LOOKS = 10;
    private static final int DEATH_SECONDS = 5;

    private final Process root;
    private final boolean group;
    private final Set<ProcessHandle> seen = new LinkedHashSet<>();

    private ProcessTree(Process root, boolean group) {
        this.root = root;
        this.group = group;
    }

    /**
     * Starts a command by {@code sh -c}.
     *
     * @param environment
     *            added to this process's own
     */
    static ProcessTree start(String command, Map<String, String> environment, ProcessBuilder.Redirect output)
            throws IOException {
        boolean group = hasSetsid();
        ProcessBuilder builder = group ? new ProcessBuilder("setsid", "sh", "-c", command)
                : new ProcessBuilder("sh", "-c", "trap '' INT; exec sh -c \"$1\"", "sh", command);
        builder.redirectOutput(output);
        builder.environment().putAll(environment);
        return new ProcessTree(builder.start(), group);
    }

    private static boolean hasSetsid() {
        String path = System.getenv("PATH");
        return path != null && Arrays.stream(path.split(File.pathSeparator, -1))
                .anyMatch(folder -> !folder.isEmpty() && Files.isExecutable(Path.of(folder, "setsid")));
    }

    Process root() {
        return root;
    }

    CompletableFuture<Process> exit() {
        return root.onExit();
    }

    /** Remembers what it has started; true if there was something new. */
    synchronized boolean look() {
        seen.removeIf(handle -> !handle.isAlive());
        boolean[] isNew = {false};
        root.descendants().forEach(handle -> isNew[0] |= seen.add(handle));
        return isNew[0];
    }

    /** Asks all to end: SIGTERM. */
    synchronized void terminate() {
        look();
        signalGroup("TERM");
        seen.forEach(ProcessHandle::destroy);
        root.destroy();
    }

    /** Ends all: SIGKILL; returns when the root is gone. */
    void kill() throws InterruptedException {
        killOnce();
        for (int i = 0; i < LOOKS && look(); i++) {
            killOnce();
        }
        try {
            exit().get(DEATH_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CliException("process " + root.pid() + " does not end although it was killed: " + e);
        }
    }

    /** As {@link #kill}, without waiting. */
    synchronized void killOnce() {
        look();
        signalGroup("KILL");
        seen.forEach(ProcessHandle::destroyForcibly);
        root.destroyForcibly();
    }

    /** Java cannot signal a group. It exists as long as one of its processes does, so its number means nobody else. */
    private void signalGroup(String signal) {
        if (!group) {
            return;
        }
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -s " + signal + " -- -" + root.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            kill.onExit().join();
        } catch (IOException e) {
            throw new CliException("the processes of group " + root.pid() + " could not be ended: " + e.getMessage());
        }
    }
}
