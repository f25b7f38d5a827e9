package dev.millrace.bench.footprint;

import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Enqueue;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStart;
import dev.millrace.node.tasks.Tasks;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/** Publishes and settles many messages of one topic as fast as the node takes them. One thread. */
final class Load {
    private static final int PER_SUBMISSION = 1_000;
    private static final int UNDER_WAY = 64;
    private static final int CREDIT = 50_000;
    /** More than the envelope of a task with a short key takes. */
    private static final int ENVELOPE_BYTES = 128;
    private static final long LEASE_MILLIS = Duration.ofHours(10).toMillis();

    /** Says what becomes of a delivery. */
    interface Verdict {
        void add(Submission submission, long token, long index);
    }

    private final Broker broker;
    private final TopicRef topic;
    private final int bytesEach;
    private final ByteBuffer bodies;

    Load(Broker broker, String topic, int bodyBytes) {
        this.broker = broker;
        this.topic = broker.topic(topic);
        bytesEach = Integer.BYTES + bodyBytes;
        bodies = ByteBuffer.allocateDirect(PER_SUBMISSION * bytesEach);
        for (int i = 0; i < PER_SUBMISSION; i++) {
            bodies.putInt(bodyBytes).position(bodies.position() + bodyBytes);
        }
    }

    void group(String name) {
        broker.createGroup(topic.name(), name, GroupStart.EARLIEST).join();
    }

    void publish(long messages) {
        broker.createTopic(topic.name()).join();
        try (Line line = new Line()) {
            for (long left = messages; left > 0; left -= PER_SUBMISSION) {
                int count = (int) Math.min(left, PER_SUBMISSION);
                Submission submission = new Submission();
                submission.data(bodies).publish(topic, 0, count * bytesEach, count);
                line.submit(submission);
            }
        }
    }

    void defer(long messages, Duration over) {
        broker.createTopic(topic.name()).join();
        try (Line line = new Line()) {
            for (long done = 0; done < messages; done += PER_SUBMISSION) {
                int count = (int) Math.min(messages - done, PER_SUBMISSION);
                Submission submission = new Submission().data(bodies);
                for (int i = 0; i < count; i++) {
                    // Scattered, the same in every run.
                    long delay = 60_000 + Math.floorMod((done + i) * 0x9E37_79B9_7F4A_7C15L, over.toMillis());
                    submission.defer(topic, i * bytesEach, bytesEach, delay);
                }
                line.submit(submission);
            }
        }
    }

    /** Makes a queue of tasks, each with one of so many ordering keys, which take turns. */
    void enqueue(long messages, int keys) {
        broker.tasks().createQueue(topic.name()).join();
        EnvelopeWriter envelope = new EnvelopeWriter();
        try (Line line = new Line()) {
            for (long done = 0; done < messages; done += PER_SUBMISSION) {
                int count = (int) Math.min(messages - done, PER_SUBMISSION);
                ByteBuffer tasks = ByteBuffer.allocate(count * (bytesEach + ENVELOPE_BYTES));
                for (int i = 0; i < count; i++) {
                    envelope.reset().key("key-" + (done + i) % keys);
                    tasks.putInt(envelope.length() + bytesEach - Integer.BYTES);
                    envelope.write(tasks);
                    tasks.put(tasks.position(), bodies, Integer.BYTES, bytesEach - Integer.BYTES)
                            .position(tasks.position() + bytesEach - Integer.BYTES);
                }
                Enqueue batch = new Enqueue(topic, Tasks.GROUP, tasks, 0, tasks.position(), count);
                Submission submission = new Submission();
                submission.enqueue(batch);
                submission.attach(batch);
                line.submit(submission);
            }
        }
    }

    /** Takes so many messages of the group; those that the verdict does nothing about stay leased. */
    void consume(String group, long messages, Verdict verdict) {
        Line line = new Line();
        Subscription place = broker.subscribe(line.session, topic, group, LEASE_MILLIS, 0).join();
        long taken = 0;
        long open = 0;
        long grantedAt = -CREDIT;
        while (taken < messages) {
            if (taken >= grantedAt + CREDIT / 2) {
                grantedAt = taken;
                Submission credit = new Submission();
                credit.credit(place, (int) (open + Math.min(CREDIT, messages - taken)));
                line.submit(credit);
            }
            Submission settled = new Submission();
            for (long token : line.tokens()) {
                int before = settled.size();
                verdict.add(settled, token, taken++);
                open += settled.size() == before ? 1 : 0;
            }
            if (!settled.isEmpty()) {
                line.submit(settled);
            }
        }
        line.flush();
        // The session stays: closing it would end what is leased.
    }

    /**
     * So many consumers with so many messages in flight each go away at once; a fresh one takes them all again. Returns
     * milliseconds until it has them.
     */
    long vanish(String group, int consumers, int each) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < consumers; i++) {
            Line line = new Line();
            lines.add(line);
            Subscription place = broker.subscribe(line.session, topic, group, LEASE_MILLIS, 0).join();
            Submission credit = new Submission();
            credit.credit(place, each);
            line.submit(credit);
        }
        lines.forEach(line -> line.drop(each));
        Line fresh = new Line();
        Subscription place = broker.subscribe(fresh.session, topic, group, LEASE_MILLIS, 0).join();
        Submission credit = new Submission();
        credit.credit(place, consumers * each);
        fresh.submit(credit);
        fresh.flush();
        long start = System.nanoTime();
        lines.forEach(Line::close);
        fresh.drop((long) consumers * each);
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** One session with a bounded number of submissions under way. */
    private final class Line implements SessionListener, AutoCloseable {
        private final Session session;
        private final Semaphore room = new Semaphore(UNDER_WAY);
        private final LinkedBlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();

        Line() {
            session = broker.openSession(topic.shard(), this);
        }

        void submit(Submission submission) {
            room.acquireUninterruptibly();
            session.submit(submission);
        }

        /** Waits for one delivery. */
        List<Long> tokens() {
            try {
                Delivery delivery = deliveries.take();
                List<Long> tokens = new ArrayList<>(delivery.size());
                MessageView view = new MessageView();
                for (int state = delivery.next(view); state != Delivery.END; state = delivery.next(view)) {
                    if (state == Delivery.READY) {
                        tokens.add(view.token);
                    } else {
                        CountDownLatch loaded = new CountDownLatch(1);
                        delivery.load(loaded::countDown);
                        loaded.await();
                    }
                }
                delivery.close();
                return tokens;
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }

        /** Takes so many messages without reading them. */
        void drop(long messages) {
            try {
                for (long left = messages; left > 0;) {
                    Delivery delivery = deliveries.take();
                    left -= delivery.size();
                    delivery.close();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }

        void flush() {
            room.acquireUninterruptibly(UNDER_WAY);
            room.release(UNDER_WAY);
        }

        @Override
        public void copied(Submission submission) {
            // the bytes are the same for all
        }

        @Override
        public void completed(Submission submission) {
            for (int i = 0; i < submission.size(); i++) {
                if (submission.result(i) != Outcome.OK) {
                    throw new IllegalStateException("command " + i + " ended with " + submission.result(i));
                }
            }
            if (submission.attachment() instanceof Enqueue batch) {
                for (int i = 0; i < batch.count(); i++) {
                    if (batch.outcome(i) != Outcome.OK) {
                        throw new IllegalStateException("task " + i + " ended with " + batch.outcome(i));
                    }
                }
            }
            room.release();
        }

        @Override
        public void deliver(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void ended(String reason) {
            // at the end of the process
        }

        @Override
        public void close() {
            flush();
            session.close();
        }
    }
}
