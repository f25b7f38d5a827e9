package dev.millrace.api.internal;

import dev.millrace.api.spi.Settlement;

/** What is done with a message, and how it ends. */
interface WorkRules {
    /** Handles it, on a thread of its own that may be interrupted; returns how it ends, unless that was settled. */
    Settlement handle(Held held) throws Exception;

    /** How it ends when the handler threw. */
    Settlement failed(Held held, Throwable failure);

    /** How it ends when its handler had not ended as the worker closed. */
    Settlement unfinished(String why);

    /** Milliseconds after which the handler is interrupted; 0: never. */
    long timeoutMillis(Held held);
}
