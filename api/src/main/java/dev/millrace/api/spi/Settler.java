package dev.millrace.api.spi;

import java.util.concurrent.CompletableFuture;

/** Takes the settlements of what it leased. */
public interface Settler {
    /** Whether it was done: false when the token's lease had ended, and then nothing changed. Thread-safe, never blocks. */
    CompletableFuture<Boolean> settle(long token, Settlement how);
}
