package dev.millrace.log.file;

/**
 * The log's own threads and its clock. Production uses {@link RealThreads}; a simulator runs everything on the caller,
 * at once or when it chooses.
 */
public interface LogThreads extends AutoCloseable {
    /** Runs a job in the background, one after the other. */
    void work(Runnable job);

    /** The same, not before {@code delayMillis} have passed. */
    void workLater(Runnable job, long delayMillis);

    /** Runs a read; several may run at once. */
    void read(Runnable job);

    /**
     * Runs a job where nobody can interrupt it, and waits for its end. An interrupt of the caller stays pending;
     * exceptions of the job are thrown here.
     */
    void shielded(Runnable job);

    /** Monotonic clock. */
    long nanoTime();

    /** Ends the threads after the jobs that have begun. */
    @Override
    void close();
}
