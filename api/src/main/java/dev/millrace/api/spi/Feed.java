package dev.millrace.api.spi;

import java.util.concurrent.CompletableFuture;

/** A subscription at an engine. Thread safety: any thread; nothing blocks. */
public interface Feed extends Settler {
    /** Up to so many messages may be leased to it and not settled; 0 stops deliveries. */
    void credit(int credit);

    /**
     * Ends the subscription: what is still leased to it is given back at once. What was settled before is done first. The
     * listener hears nothing more. Idempotent.
     *
     * @return completes when what was settled before is durable
     */
    CompletableFuture<Void> close();
}
