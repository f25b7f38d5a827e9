package dev.millrace.core.machine;

import java.nio.ByteBuffer;

/**
 * A letter on its way to another shard: a message for a topic of it, or the ends of members of a batch of it.
 *
 * @param sender
 *            number of the shard that it comes from
 * @param letter
 *            its number among those from that shard to this one; they rise, without gaps while that shard runs
 * @param topic
 *            where the message goes
 * @param message
 *            i32 length, envelope as doors write it, body; empty when it is about a batch
 * @param batch
 *            id of a batch; 0 when it is a message, or nothing comes of it
 * @param home
 *            where the batch is, as its members say it
 * @param how
 *            a word of {@link BatchTable}; 0 when it is a message
 * @param count
 *            members that ended so
 */
public record Parcel(int sender, long letter, String topic, ByteBuffer message, long batch, long home, int how,
        long count) {
    /** Whether it is a message, not the end of members of a batch. */
    public boolean isMessage() {
        return how == 0;
    }
}
