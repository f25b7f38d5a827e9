package dev.millrace.node;

/** A request that was not done; the category says whose turn it is. */
public final class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What it means. */
    public enum Category {
        /** No such topic, group or message. */
        NOT_FOUND,
        /** The request itself is wrong. */
        INVALID,
        /** A configured limit is reached; the message names it and its setting. */
        LIMIT,
        /** The disk is under its low mark. */
        NO_ROOM,
        /** The shard is not serving; the outcome of what was under way is unknown. Try again later. */
        UNAVAILABLE,
        /** A defect of ours; it is logged. */
        INTERNAL
    }

    private final Category category;

    public BrokerException(Category category, String message) {
        super(message);
        this.category = category;
    }

    public Category category() {
        return category;
    }
}
