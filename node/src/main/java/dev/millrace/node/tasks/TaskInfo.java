package dev.millrace.node.tasks;

import dev.millrace.node.FailedAttempt;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A task as it stands.
 *
 * @param id
 *            of the task
 * @param state
 *            where it is in its life
 * @param spec
 *            as it was enqueued, but for what only mattered then; the delay is 0
 * @param tried
 *            its attempts so far
 * @param times
 *            when what happens
 * @param stopAsked
 *            it was cancelled while a worker has it
 * @param output
 *            what its worker said of it
 */
public record TaskInfo(long id, TaskState state, TaskSpec spec, Attempts tried, Times times, boolean stopAsked,
        Output output) {

    /** Attempts begun so far, those that were put off not counted. */
    public int attempts() {
        return tried.made;
    }

    /** Its own limit or its queue's; 0: none. */
    public int maxAttempts() {
        return tried.most;
    }

    /** Its last failed attempts, oldest first, those of which something was kept. */
    public List<FailedAttempt> history() {
        return tried.failed;
    }

    /**
     * How often it was tried.
     *
     * @param made
     *            attempts begun
     * @param most
     *            after which it is dead; 0: no limit
     * @param failed
     *            the last of those that failed, oldest first
     */
    public record Attempts(int made, int most, List<FailedAttempt> failed) {}

    /**
     * Wall times in milliseconds since 1970.
     *
     * @param enqueuedMillis
     *            it was taken
     * @param untilMillis
     *            it is due, its lease ends, or it is forgotten; 0 when it waits for none of these
     */
    public record Times(long enqueuedMillis, long untilMillis) {}

    /**
     * What a worker said.
     *
     * @param percent
     *            of its way, 0..100
     * @param text
     *            how far it is, in words, or empty
     * @param result
     *            what it left; read-only, empty when there is none
     * @param log
     *            the last lines that it wrote, each ended by a line feed
     */
    public record Output(int percent, String text, ByteBuffer result, String log) {
        public static final Output NONE = new Output(0, "", ByteBuffer.allocate(0).asReadOnlyBuffer(), "");
    }
}
