package dev.millrace.api.contract;

import dev.millrace.api.Millrace;
import dev.millrace.api.PublishLimits;

/** A place where the data of one test lives. One engine at a time is open. */
public interface MillraceWorld extends AutoCloseable {
    /** Opens the engine on the data as it is. */
    Millrace open(PublishLimits limits);

    /** The clock of the engine, whenever it is open. */
    SettableClock clock();

    /**
     * The engine dies as by {@code kill -9}: no subscription is closed, nothing is given back. Then what was opened is
     * closed, too.
     */
    void crash();

    /** Closes what is open, and deletes the data. */
    @Override
    void close();
}
