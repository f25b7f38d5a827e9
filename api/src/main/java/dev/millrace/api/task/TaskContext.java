package dev.millrace.api.task;

import dev.millrace.api.MessageId;
import java.nio.charset.StandardCharsets;
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

    /**
     * Tells how far it is; whoever asks for the task sees it. Does not wait: of several in a row the last one counts.
     *
     * @param percent
     *            0 to 100
     * @param text
     *            in words, or empty; 400 bytes of it are kept
     */
    void progress(int percent, String text);

    /**
     * Leaves a result, which is kept with the task ({@link Task#retention}); the last one counts. It is sent when the handler
     * ends, however it does.
     *
     * @param result
     *            at most 64 KiB; what is larger belongs elsewhere, and its address here
     */
    void result(byte[] result);

    /** The same with this text in UTF-8. */
    default void result(String result) {
        result(result.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes a line to the log of the task, of which the last lines are kept with it, up to 16 KiB of one attempt. Does not
     * wait; a line is cut after 1,000 characters.
     */
    void log(String line);
}
