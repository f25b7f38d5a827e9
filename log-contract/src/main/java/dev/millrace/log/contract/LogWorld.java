package dev.millrace.log.contract;

import dev.millrace.core.log.LogFactory;

/** A place where a log can live, die and live again. One for each test. */
public interface LogWorld extends AutoCloseable {
    /** The factory of the process that lives now. */
    LogFactory factory();

    /** The process is killed; what the operating system has, it keeps. The next factory is another process. */
    void kill();

    /** The power goes off: whatever is not durable may be gone. The same as {@link #kill} where that cannot be had. */
    void losePower();

    @Override
    void close();
}
