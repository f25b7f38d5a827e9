package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The first failure of an opened log; after it nothing is written or synced any more. Thread-safe. */
final class LogFailure {
    private final AtomicReference<@Nullable LogException> first = new AtomicReference<>();

    /** Remembers that a write or sync failed; the exception to throw. */
    LogException write(String what, Path file, IOException cause) {
        return set(new LogException(Category.UNKNOWN_OUTCOME, what + " " + file + " failed: " + cause.getMessage()
                + "; the outcome of what was not yet answered is unknown. The shard opens its log anew and reads what is"
                + " there; if this repeats, check the disk and the free space", cause));
    }

    /** Another opening of the same log has taken over. */
    void fence(long epoch) {
        set(new LogException(Category.FENCED, "epoch " + epoch + " no longer owns this log: it was opened again"));
    }

    /** Throws if the log has failed. */
    void check() {
        LogException reason = first.get();
        if (reason != null) {
            throw new LogException(reason.category(), String.valueOf(reason.getMessage()), reason);
        }
    }

    @Nullable
    LogException reason() {
        return first.get();
    }

    private LogException set(LogException reason) {
        first.compareAndSet(null, reason);
        LogException kept = first.get();
        return kept == null ? reason : kept;
    }
}
