package dev.millrace.door.nsq.http;

import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.Broker;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Publishes for requests that have no connection of their own at a shard: one session for all, per shard. Thread-safe. */
public final class Publisher implements AutoCloseable {
    private final Broker broker;
    private final ConcurrentHashMap<Integer, Lane> lanes = new ConcurrentHashMap<>();

    public Publisher(Broker broker) {
        this.broker = broker;
    }

    /**
     * Publishes at once.
     *
     * @param messages
     *            from 0 to its capacity: (int32 length, bytes) x count
     * @return one of {@link dev.millrace.core.shard.Outcome}; fails if the outcome is unknown
     */
    public CompletableFuture<Byte> publish(TopicRef topic, ByteBuffer messages, int count) {
        return submit(topic, submission -> submission.data(messages).publish(topic, 0, messages.capacity(), count));
    }

    /** Publishes one message that joins its topic later. */
    public CompletableFuture<Byte> defer(TopicRef topic, ByteBuffer message, long delayMillis) {
        return submit(topic, submission -> submission.data(message).defer(topic, 0, message.capacity(), delayMillis));
    }

    private CompletableFuture<Byte> submit(TopicRef topic, Consumer<Submission> command) {
        Submission submission = new Submission();
        command.accept(submission);
        CompletableFuture<Byte> outcome = new CompletableFuture<>();
        lanes.computeIfAbsent(topic.shard(), Lane::new).submit(submission, outcome);
        return outcome;
    }

    @Override
    public void close() {
        lanes.values().forEach(Lane::close);
    }

    /** The session at one shard. It ends with the shard; the next publish opens another. */
    private final class Lane implements SessionListener {
        private final int shard;
        private final ReentrantLock lock = new ReentrantLock();
        private final Map<Submission, CompletableFuture<Byte>> waiting = new ConcurrentHashMap<>();
        private @Nullable Session session;

        Lane(int shard) {
            this.shard = shard;
        }

        void submit(Submission submission, CompletableFuture<Byte> outcome) {
            waiting.put(submission, outcome);
            lock.lock();
            try {
                if (session == null) {
                    session = broker.openSession(shard, this);
                }
                session.submit(submission);
            } finally {
                lock.unlock();
            }
        }

        void close() {
            lock.lock();
            try {
                if (session != null) {
                    session.close();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void copied(Submission submission) {
            // The bytes belong to the request, which waits for the end anyway.
        }

        @Override
        public void completed(Submission submission) {
            CompletableFuture<Byte> outcome = waiting.remove(submission);
            if (outcome != null) {
                outcome.complete(submission.result(0));
            }
        }

        @Override
        public void deliver(Delivery delivery) {
            delivery.close();
        }

        @Override
        public void ended(String reason) {
            lanes.remove(shard, this);
            waiting.values().forEach(outcome -> outcome.completeExceptionally(new IllegalStateException(reason)));
        }
    }
}
