package dev.millrace.door.grpc;

import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.node.Broker;
import org.jspecify.annotations.Nullable;

/** A worker's session at one shard. Owner threads call the listener; all else is for the session's serial executor. */
final class ShardLink implements SessionListener {
    private final Broker broker;
    private final int shard;
    private final WorkerSession owner;
    private @Nullable Session session;

    private ShardLink(Broker broker, int shard, WorkerSession owner) {
        this.broker = broker;
        this.shard = shard;
        this.owner = owner;
    }

    static ShardLink open(Broker broker, int shard, WorkerSession owner) {
        ShardLink link = new ShardLink(broker, shard, owner);
        link.session = broker.openResumableSession(shard, link);
        return link;
    }

    Session session() {
        Session open = session;
        if (open == null) {
            throw new IllegalStateException("the session at shard " + shard + " is not open");
        }
        return open;
    }

    void submit(Submission submission) {
        session().submit(submission);
    }

    /** Ends its leases. */
    void close() {
        session().close();
    }

    @Override
    public void copied(Submission submission) {
        // nothing is published here
    }

    @Override
    public void completed(Submission submission) {
        owner.completed(submission);
    }

    @Override
    public void deliver(Delivery delivery) {
        owner.deliver(delivery);
    }

    @Override
    public void stopAsked(Subscription subscription, long token) {
        owner.stopAsked(subscription, token);
    }

    @Override
    public void ended(String reason) {
        owner.linkEnded(broker.health().get(shard).serving(), reason);
    }
}
