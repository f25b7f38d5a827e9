package dev.millrace.verification.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A child process whose output is read all the time and searched for lines. It never outlives this JVM's orderly end.
 *
 * <p>Thread-safety: all methods may be called by any thread.
 */
public final class ManagedProcess implements AutoCloseable {
    private static final int KEPT_LINES = 20_000;
    private static final long STOP_SECONDS = 30;

    private final Process process;
    private final long startNanos = System.nanoTime();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<String> lines = new ArrayDeque<>();
    private boolean outputEnded;
    private final Thread killer;

    private ManagedProcess(Process process) {
        this.process = process;
        this.killer = new Thread(process::destroyForcibly, "kill-" + process.pid());
    }

    /** Starts a command with its standard error merged into its standard output. */
    public static ManagedProcess start(List<String> command, Path workDir, Map<String, String> environment)
            throws IOException {
        Files.createDirectories(workDir);
        ProcessBuilder builder = new ProcessBuilder(command).directory(workDir.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        ManagedProcess managed = new ManagedProcess(builder.start());
        Runtime.getRuntime().addShutdownHook(managed.killer);
        Thread.ofPlatform().daemon().name("output-" + managed.pid()).start(managed::readOutput);
        return managed;
    }

    private void readOutput() {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                keep(line);
                line = reader.readLine();
            }
        } catch (IOException e) {
            keep("(its output could not be read: " + e.getMessage() + ")");
        }
        lock.lock();
        try {
            outputEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void keep(String line) {
        lock.lock();
        try {
            if (lines.size() == KEPT_LINES) {
                lines.removeFirst();
            }
            lines.addLast(line);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a line that contains a match.
     *
     * @throws IOException with the last lines of output if the process ends or the time is over before one comes
     */
    public MatchResult await(Pattern pattern, long timeoutMillis) throws IOException {
        long nanosLeft = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        lock.lock();
        try {
            while (true) {
                MatchResult match = find(pattern);
                if (match != null) {
                    return match;
                }
                if (outputEnded || nanosLeft <= 0) {
                    throw new IOException((outputEnded ? "the process ended"
                            : "no such line in " + timeoutMillis
                                    + " ms")
                            + " while waiting for \"" + pattern + "\"; its last lines:\n" + tail(20));
                }
                nanosLeft = changed.awaitNanos(nanosLeft);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for \"" + pattern + "\"", e);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable MatchResult find(Pattern pattern) {
        for (String line : lines) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher.toMatchResult();
            }
        }
        return null;
    }

    /** The last lines of its output. */
    public String tail(int count) {
        lock.lock();
        try {
            return String.join("\n", lines.stream().skip(Math.max(0, lines.size() - count)).toList());
        } finally {
            lock.unlock();
        }
    }

    /** Every line of its output so far, up to the last twenty thousand. */
    public List<String> output() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    /** Gives it all of its standard input, which then ends. */
    public void input(String text) throws IOException {
        try (OutputStream input = process.getOutputStream()) {
            input.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Waits until it has ended and its output is whole.
     *
     * @return its exit code
     * @throws IOException with the last lines of output if it has not ended in time; it is killed then
     */
    public int awaitExit(long timeoutMillis) throws IOException {
        long nanosLeft = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        lock.lock();
        try {
            while (!outputEnded) {
                if (nanosLeft <= 0) {
                    process.destroyForcibly();
                    throw new IOException("the process did not end within " + timeoutMillis
                            + " ms; its last lines:\n" + tail(20));
                }
                nanosLeft = changed.awaitNanos(nanosLeft);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the end of a process", e);
        } finally {
            lock.unlock();
        }
        awaitEnd();
        return process.exitValue();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Milliseconds since it was started. */
    public long ageMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    /** Ends it as a power cut of the process would: SIGKILL, no chance to write anything. */
    public void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        awaitEnd();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** Sends it a signal by its name: STOP, CONT. */
    public void signal(String name) throws IOException {
        ManagedProcess kill = start(List.of("kill", "-" + name, Long.toString(pid())), Path.of("").toAbsolutePath(),
                Map.of());
        int exit = kill.awaitExit(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
        if (exit != 0) {
            throw new IOException("kill -" + name + " ended with " + exit);
        }
    }

    /** Asks it to end, and kills it if it has not within half a minute. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.toHandle().destroy(); // Process.destroy closes its output, too: what it says at its end would kill it
        awaitEnd();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook is running, and the process is dead already.
            return;
        }
    }
}
