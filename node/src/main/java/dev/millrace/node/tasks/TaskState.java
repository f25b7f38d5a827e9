package dev.millrace.node.tasks;

import dev.millrace.core.machine.TrackedList;

/** Where a task is in its life. */
public enum TaskState {
    /** Not due yet. */
    SCHEDULED,
    /** A worker can take it, or it waits for its key or its limit. */
    READY,
    /** A worker has it. */
    LEASED,
    /** Waits for its next attempt. */
    RETRYING,
    /** Given up. */
    DEAD,
    /** Succeeded, and kept for its retention. */
    DONE,
    /** Called off, and kept for its retention. */
    CANCELLED,
    /** Not done in time, and kept for its retention. */
    EXPIRED;

    public TrackedList.State core() {
        return switch (this) {
            case SCHEDULED -> TrackedList.State.SCHEDULED;
            case READY -> TrackedList.State.READY;
            case LEASED -> TrackedList.State.LEASED;
            case RETRYING -> TrackedList.State.RETRYING;
            case DEAD -> TrackedList.State.DEAD;
            case DONE -> TrackedList.State.DONE;
            case CANCELLED -> TrackedList.State.CANCELLED;
            case EXPIRED -> TrackedList.State.EXPIRED;
        };
    }

    public static TaskState of(TrackedList.State state) {
        return switch (state) {
            case SCHEDULED -> SCHEDULED;
            case READY -> READY;
            case LEASED -> LEASED;
            case RETRYING -> RETRYING;
            case DEAD -> DEAD;
            case DONE -> DONE;
            case CANCELLED -> CANCELLED;
            case EXPIRED -> EXPIRED;
        };
    }
}
