package dev.millrace.node.tasks;

import dev.millrace.core.machine.Tracked;

/** What became of a task that was to be cancelled, run, redriven or deleted. */
public enum TaskAnswer {
    /** It is so now. */
    DONE,
    /** A worker has it and was asked to stop; when it gives it back, it is cancelled. */
    ASKED,
    /** No task of this id is here any more, or ever was. */
    MISSING,
    /** A worker has it. */
    LEASED,
    /** It is ready, so it cannot be made so. */
    READY,
    /** It waits behind others of its ordering or limit key, so it can only be cancelled or deleted. */
    IN_LINE,
    /** It is dead: redrive or delete it instead. */
    DEAD,
    /** It is done, or was cancelled or has expired, and is only kept. */
    OVER;

    public static TaskAnswer of(Tracked.Answer answer) {
        return switch (answer) {
            case DONE -> DONE;
            case ASKED -> ASKED;
            case MISSING -> MISSING;
            case LEASED -> LEASED;
            case READY -> READY;
            case IN_LINE -> IN_LINE;
            case DEAD -> DEAD;
            case OVER -> OVER;
        };
    }
}
