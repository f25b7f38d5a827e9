package dev.millrace.core.shard;

import java.nio.ByteBuffer;

/**
 * A batch of messages for a tracked topic, and what became of each.
 *
 * <p>
 * The bytes hold {@code (i32 length, envelope, body)} for each message, envelopes as
 * {@link dev.millrace.core.message.EnvelopeWriter} makes them and lengths checked by the door. A topic that does not
 * exist is created, with a group of the given name; so is the group of a topic that has none. The results are valid after
 * completion; the messages of one batch are durable together but for those that were refused.
 *
 * <p>
 * Thread safety: belongs to the door until it is submitted, to the shard until completion, then to the door again.
 */
public final class Enqueue {
    final TopicRef topic;
    final String group;
    final ByteBuffer bytes;
    final int offset;
    final int length;
    final int count;
    final long[] ids;
    final byte[] outcomes;

    /**
     * @param group
     *            of a topic that has none yet
     * @param bytes
     *            absolute reads only
     * @param offset
     *            of the first message
     * @param length
     *            bytes of all messages
     */
    public Enqueue(TopicRef topic, String group, ByteBuffer bytes, int offset, int length, int count) {
        this.topic = topic;
        this.group = group;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.count = count;
        ids = new long[count];
        outcomes = new byte[count];
    }

    public int count() {
        return count;
    }

    /** {@link Outcome#OK}, {@link Outcome#DUPLICATE}, or why the message was refused. */
    public byte outcome(int message) {
        return outcomes[message];
    }

    /** Id of the message; of a duplicate that of the one that holds the key; 0 when it was refused. */
    public long id(int message) {
        return ids[message];
    }
}
