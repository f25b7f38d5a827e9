package dev.millrace.api.spi;

import java.util.Optional;

/** Makes engines; found by {@link java.util.ServiceLoader}, so it has a public constructor without parameters. */
public interface MillraceProvider {
    /**
     * An engine that serves, or empty when this kind of target is another provider's. Blocks while it starts. An
     * interrupt of the calling thread may end it with {@link dev.millrace.api.MillraceException.Interrupted}, but only
     * with nothing left open.
     *
     * @throws dev.millrace.api.MillraceException
     *             when it cannot start
     */
    Optional<Engine> start(Target target);
}
