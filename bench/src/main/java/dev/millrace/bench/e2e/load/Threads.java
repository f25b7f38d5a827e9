package dev.millrace.bench.e2e.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** Waiting, precisely where the system permits. */
public final class Threads {
    private Threads() {}

    /** Waits for a thread to end; an interrupt is kept for the caller. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until {@link System#nanoTime()} has reached the instant. */
    public static void sleepUntil(long nanoTime) {
        long left = nanoTime - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = nanoTime - System.nanoTime();
        }
    }

    /**
     * Asks Linux to wake this thread within a microsecond of the time it asked for, where 50 µs is the default.
     *
     * @return whether the system took it
     */
    public static boolean wakePrecisely() {
        try {
            Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            Files.writeString(Path.of("/proc", self.getFileName().toString(), "timerslack_ns"), "1000");
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
