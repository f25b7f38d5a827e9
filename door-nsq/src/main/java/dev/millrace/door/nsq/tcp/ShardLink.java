package dev.millrace.door.nsq.tcp;

import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection's session at one shard. What the shard says is put into the connection's mailbox; nothing else happens on
 * the shard's thread.
 */
final class ShardLink implements SessionListener {
    /** The session's end, in the mailbox. */
    record Ended(ShardLink link, String reason) {}

    private final Connection connection;
    private final Hub hub;
    private final int shard;
    private @Nullable Session session;

    private ShardLink(Connection connection, Hub hub, int shard) {
        this.connection = connection;
        this.hub = hub;
        this.shard = shard;
    }

    static ShardLink open(Connection connection, Hub hub, int shard) {
        ShardLink link = new ShardLink(connection, hub, shard);
        link.session = hub.broker().openSession(shard, link);
        return link;
    }

    int shard() {
        return shard;
    }

    Session session() {
        return Objects.requireNonNull(session);
    }

    // ---- on the shard's thread ----

    @Override
    public void copied(Submission submission) {
        batch(submission).releaseBytes(hub.inbound());
        connection.roomMade();
    }

    @Override
    public void completed(Submission submission) {
        connection.post(batch(submission));
    }

    @Override
    public void deliver(Delivery delivery) {
        connection.post(delivery);
    }

    @Override
    public void ended(String reason) {
        connection.post(new Ended(this, reason));
    }

    private static Batch batch(Submission submission) {
        return (Batch) Objects.requireNonNull(submission.attachment());
    }
}
