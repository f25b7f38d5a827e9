package dev.millrace.node.tasks;

/** Which batches of a queue. */
public enum BatchFilter {
    ALL, OPEN, CLOSED, OVER;

    /** Whether a batch that is closed, or over, is one of these. */
    public boolean has(boolean closed, boolean over) {
        return switch (this) {
            case ALL -> true;
            case OPEN -> !closed;
            case CLOSED -> closed && !over;
            case OVER -> over;
        };
    }
}
