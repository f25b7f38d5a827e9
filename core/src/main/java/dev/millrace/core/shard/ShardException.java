package dev.millrace.core.shard;

import org.jspecify.annotations.Nullable;

/** The shard is not serving; the outcome of what was under way is unknown until it has recovered. */
public final class ShardException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ShardException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
