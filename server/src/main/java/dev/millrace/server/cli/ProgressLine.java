package dev.millrace.server.cli;

import java.io.PrintWriter;

/**
 * How far a long command is, on standard error while a person looks on: one line that is written over twice a second.
 * The launcher says whether standard error is a terminal; Java cannot tell when the input is piped. One thread.
 */
public final class ProgressLine {
    /** Set by the launcher. */
    static final String TERMINAL = "millrace.terminal";
    private static final long INTERVAL_NANOS = 500_000_000;

    private final PrintWriter err;
    private final boolean shown;
    private long nextNanos = System.nanoTime() + INTERVAL_NANOS;
    private volatile int width;
    private boolean hooked;

    public ProgressLine(PrintWriter err) {
        this(err, "stderr".equals(System.getProperty(TERMINAL)));
    }

    ProgressLine(PrintWriter err, boolean shown) {
        this.err = err;
        this.shown = shown;
    }

    /** Whether a person looks on. */
    boolean isShown() {
        return shown;
    }

    /** Writes the line unless one was written just now. */
    public void show(String text) {
        if (shown && System.nanoTime() - nextNanos >= 0) {
            nextNanos = System.nanoTime() + INTERVAL_NANOS;
            if (!hooked) {
                hooked = true;
                Runtime.getRuntime().addShutdownHook(new Thread(this::broken));
            }
            err.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
            err.flush();
            width = text.length();
        }
    }

    /** The command was interrupted: what the shell prints next shall not stand behind the line. */
    private void broken() {
        if (width > 0) {
            err.println();
            err.flush();
        }
    }

    /** Takes the line away; before anything else is printed. */
    public void end() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
            width = 0;
        }
    }
}
