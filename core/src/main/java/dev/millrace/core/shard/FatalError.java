package dev.millrace.core.shard;

/** The end of a process that cannot promise anything any more. */
public final class FatalError {
    /** The same code as the JVM's own when it ends for want of memory. */
    public static final int EXIT_CODE = 3;

    private FatalError() {}

    /**
     * Writes where and why to standard error and ends the process at once, whatever happens meanwhile. Nothing that was
     * answered is lost: the next start reads the log.
     */
    public static void end(String thread, Throwable error) {
        try {
            System.err.println("millrace: fatal error in thread " + thread + ", the process ends: " + error);
            error.printStackTrace();
            System.err.flush();
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
