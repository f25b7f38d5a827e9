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
     * Tells how far it is; whoever asks for the task sees it. Does not wait: of several in a row the last one counts.
     *
     * @param percent
     *            0 to 100
     */
    void progress(int percent, String text);

    /** Leaves a result, which is kept as long as the task is ({@link Task#retention}). Does not wait. */
    void result(byte[] result);

    /**
     * Whether the handler should stop: an operator has cancelled the task, its time-out or deadline is over, its lease was
     * lost, or the worker's drain time is over. The handler's thread has been interrupted then, too.
     */
    boolean isCancelled();
}
