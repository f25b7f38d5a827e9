package dev.millrace.core.log;

import org.jspecify.annotations.Nullable;

/** A log could not do what it was asked. The category says what the caller can do about it. */
public final class LogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What it means. */
    public enum Category {
        /** Wrong use or wrong configuration: mend the call or the setting. */
        CALLER,
        /** The outcome of a write is unknown: close, open anew, recover. */
        UNKNOWN_OUTCOME,
        /** Another owner has taken over: stop. */
        FENCED,
        /** Synced data is broken: an operator must decide. */
        DAMAGED,
        /** Another process holds the folder. */
        LOCKED
    }

    private final Category category;

    public LogException(Category category, String message) {
        this(category, message, null);
    }

    public LogException(Category category, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.category = category;
    }

    public Category category() {
        return category;
    }
}
