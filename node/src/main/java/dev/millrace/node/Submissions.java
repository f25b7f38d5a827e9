package dev.millrace.node;

import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends the commands of many requests through a few sessions for each shard; a session that ended is replaced.
 *
 * <p>
 * Thread-safe.
 */
public final class Submissions implements AutoCloseable {
    /** Several, because a shard serves its sessions in turn. */
    private static final int LANES = 4;

    private final Broker broker;
    private final Lane[] lanes;
    private final AtomicInteger turn = new AtomicInteger();

    public Submissions(Broker broker) {
        this.broker = broker;
        lanes = new Lane[broker.shardCount() * LANES];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane(broker, i / LANES);
        }
    }

    /**
     * The future has the submission with its results, or {@link BrokerException} UNAVAILABLE when the outcome is unknown.
     */
    public CompletableFuture<Submission> send(int shard, Submission submission) {
        return sendInOrder(shard, turn.getAndIncrement(), submission);
    }

    /** The same; submissions with the same {@code lane}, any number, are carried out in the order of their calls. */
    public CompletableFuture<Submission> sendInOrder(int shard, int lane, Submission submission) {
        ShardHealth health = broker.health().get(shard);
        if (!health.serving()) {
            return CompletableFuture.failedFuture(unavailable(health.message()));
        }
        CompletableFuture<Submission> future = new CompletableFuture<>();
        submission.attach(future);
        lanes[shard * LANES + Math.floorMod(lane, LANES)].send(submission);
        return future;
    }

    @Override
    public void close() {
        for (Lane lane : lanes) {
            lane.close();
        }
    }

    private static BrokerException unavailable(String why) {
        return new BrokerException(BrokerException.Category.UNAVAILABLE, why);
    }

    /** The place of one session at a shard. */
    private static final class Lane {
        private final Broker broker;
        private final int shard;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable Line line;

        Lane(Broker broker, int shard) {
            this.broker = broker;
            this.shard = shard;
        }

        void send(Submission submission) {
            lock.lock();
            try {
                Line current = line;
                if (current == null) {
                    current = new Line(this);
                    current.session = broker.openSession(shard, current);
                    line = current;
                }
                current.send(submission);
            } finally {
                lock.unlock();
            }
        }

        void ended(Line dead) {
            lock.lock();
            try {
                if (line == dead) {
                    line = null;
                }
            } finally {
                lock.unlock();
            }
        }

        void close() {
            lock.lock();
            try {
                Line current = line;
                if (current != null && current.session != null) {
                    current.session.close();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** One session's listener: owner threads call it. */
    private static final class Line implements SessionListener {
        private final Lane lane;
        private final Set<Submission> underWay = ConcurrentHashMap.newKeySet();
        private @Nullable Session session;

        Line(Lane lane) {
            this.lane = lane;
        }

        /** Under the lane's lock, so that nothing is added after {@link #ended} has begun. */
        void send(Submission submission) {
            underWay.add(submission);
            Session open = session;
            if (open != null) {
                open.submit(submission);
            }
        }

        @Override
        public void copied(Submission submission) {
            // The bytes are garbage-collected.
        }

        @Override
        public void completed(Submission submission) {
            underWay.remove(submission);
            future(submission).complete(submission);
        }

        @Override
        public void deliver(Delivery delivery) {
            delivery.close(); // these sessions subscribe nothing
        }

        @Override
        public void ended(String reason) {
            lane.ended(this);
            for (Submission submission : underWay) {
                future(submission)
                        .completeExceptionally(unavailable(reason + "; whether it was done is unknown"));
            }
        }

        @SuppressWarnings("unchecked") // what send attached
        private static CompletableFuture<Submission> future(Submission submission) {
            if (submission.attachment() instanceof CompletableFuture<?> future) {
                return (CompletableFuture<Submission>) future;
            }
            throw new IllegalStateException("a submission without its future");
        }
    }
}
