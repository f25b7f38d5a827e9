package dev.millrace.api.task;

import dev.millrace.api.MessageId;
import java.time.Instant;

/** One attempt of a task, for its handler. Thread-safe. */
public interface TaskContext {
    MessageId id();

    String queue();

    /** Which attempt this is, from 1. */
    int attempt();

    Instant enqueuedAt();

    /**
     * Whether the handler should stop: an operator has cancelled the task, its time-out or deadline is over, its lease was
     * lost, or the worker's drain time is over. The handler's thread has been interrupted then, too.
     */
    boolean isCancelled();
}
