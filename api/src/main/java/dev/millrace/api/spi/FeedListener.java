package dev.millrace.api.spi;

import dev.millrace.api.MillraceException;

/** Takes what a feed brings; called by one thread at a time, must only hand over. */
public interface FeedListener {
    void delivered(Leased leased);

    /** What this token leases was cancelled by an operator: its handler is told to stop. */
    void cancelled(long token);

    /**
     * The feed has ended by itself, and with it every lease it gave: by the category {@code RETRY} the engine or the
     * connection failed, and subscribing again is of use; else it is over. The last call.
     */
    void ended(MillraceException reason);
}
