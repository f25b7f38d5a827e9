package dev.millrace.node;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionKind;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A plain blocking client of a node, for tests: one session, one topic. */
final class Client implements SessionListener, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A message as a worker sees it. */
    record Message(long id, long token, int attempts, String body) {}

    private final Broker broker;
    private final String topic;
    private final Session session;
    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean reading = new AtomicBoolean();
    private final MessageView view = new MessageView();
    /** Tokens of what was cancelled while it was leased. */
    final BlockingQueue<Long> stops = new LinkedBlockingQueue<>();
    final CompletableFuture<String> ended = new CompletableFuture<>();

    Client(Broker broker, String topic) {
        this(broker, topic, SessionKind.ORDINARY);
    }

    Client(Broker broker, String topic, SessionKind kind) {
        this.broker = broker;
        this.topic = topic;
        int shard = broker.topic(topic).shard();
        session = switch (kind) {
            case ORDINARY -> broker.openSession(shard, this);
            case RESUMABLE -> broker.openResumableSession(shard, this);
            case LASTING -> broker.openLastingSession(shard, this);
        };
    }

    /** Publishes in one command and waits for the answer; the ids. */
    List<Long> publish(String... bodies) {
        Submission submission = new Submission();
        ByteBuffer data = encode(bodies);
        submission.data(data).publish(broker.topic(topic), 0, data.limit(), bodies.length);
        run(submission);
        List<Long> ids = new ArrayList<>();
        long id = submission.messageId(0);
        for (int i = 0; i < bodies.length; i++) {
            ids.add(id);
            id = dev.millrace.core.message.Ids.next(id);
        }
        return ids;
    }

    /** Publishes one message; the outcome. */
    byte tryPublish(String body) {
        Submission submission = new Submission();
        ByteBuffer data = encode(body);
        submission.data(data).publish(broker.topic(topic), 0, data.limit(), 1);
        CompletableFuture<Submission> done = new CompletableFuture<>();
        submission.attach(done);
        session.submit(submission);
        return done.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join().result(0);
    }

    void defer(String body, Duration delay) {
        Submission submission = new Submission();
        ByteBuffer data = encode(body);
        submission.data(data).defer(broker.topic(topic), 0, data.limit(), delay.toMillis());
        run(submission);
    }

    Subscription subscribe(String group, int credit, Duration lease) {
        Subscription subscription = broker.subscribe(session, broker.topic(topic), group, lease.toMillis(), 0)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        Submission submission = new Submission();
        submission.credit(subscription, credit);
        run(submission);
        return subscription;
    }

    /** Subscribes as one who held these messages before a restart. */
    Subscription resume(String group, int credit, Duration lease, List<Message> held) {
        Subscription subscription = broker
                .resume(session, broker.topic(topic), group, lease.toMillis(),
                        held.stream().map(Message::token).toList())
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        Submission submission = new Submission();
        submission.credit(subscription, credit);
        run(submission);
        return subscription;
    }

    Message take() {
        try {
            Message message = messages.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new AssertionError("no message within " + PATIENCE);
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    byte ack(Message message) {
        Submission submission = new Submission();
        submission.ack(message.token());
        return run(submission).result(0);
    }

    byte extend(Message message, Duration lease) {
        Submission submission = new Submission();
        submission.extend(message.token(), lease.toMillis());
        return run(submission).result(0);
    }

    byte retry(Message message, Duration delay) {
        Submission submission = new Submission();
        submission.retry(message.token(), delay.toMillis());
        return run(submission).result(0);
    }

    byte retry(Message message, Duration delay, String error) {
        Submission submission = new Submission();
        submission.retry(message.token(), delay.toMillis(), error);
        return run(submission).result(0);
    }

    byte bury(Message message, String error) {
        Submission submission = new Submission();
        submission.bury(message.token(), error);
        return run(submission).result(0);
    }

    /** Submits without waiting. */
    void submit(Submission submission) {
        submission.attach(new CompletableFuture<Submission>());
        session.submit(submission);
    }

    /** Submits and waits for completion, whatever came of it. */
    void runAnyway(Submission submission) {
        CompletableFuture<Submission> done = new CompletableFuture<>();
        submission.attach(done);
        session.submit(submission);
        done.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Submits and waits for completion; publishes must succeed. */
    Submission run(Submission submission) {
        runAnyway(submission);
        if (submission.publishes() > 0 && submission.result(0) != Outcome.OK) {
            throw new AssertionError("publish refused: " + submission.result(0));
        }
        return submission;
    }

    static ByteBuffer encode(String... bodies) {
        ByteBuffer data = ByteBuffer.allocate(1 << 20);
        for (String body : bodies) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            data.putInt(bytes.length).put(bytes);
        }
        return data.flip();
    }

    @Override
    public void copied(Submission submission) {
        // the test keeps its buffers
    }

    @Override
    @SuppressWarnings("unchecked") // attached above
    public void completed(Submission submission) {
        CompletableFuture<Submission> done = (CompletableFuture<Submission>) submission.attachment();
        if (done != null) {
            done.complete(submission);
        }
    }

    @Override
    public void deliver(Delivery delivery) {
        deliveries.add(delivery);
        readAll();
    }

    /** Reads deliveries in order, one thread at a time; a load goes on where it stopped. */
    private void readAll() {
        if (!reading.compareAndSet(false, true)) {
            return;
        }
        for (Delivery delivery = deliveries.peek(); delivery != null; delivery = deliveries.peek()) {
            int state = delivery.next(view);
            if (state == Delivery.LOAD) {
                delivery.load(() -> {
                    reading.set(false);
                    readAll();
                });
                return;
            }
            if (state == Delivery.END) {
                delivery.close();
                deliveries.remove();
            } else {
                byte[] body = new byte[view.bodyLength];
                view.bytes.get(view.bodyOffset, body);
                messages.add(new Message(view.id, view.token, view.attempts, new String(body, StandardCharsets.UTF_8)));
            }
        }
        reading.set(false);
        if (!deliveries.isEmpty()) {
            readAll();
        }
    }

    @Override
    public void stopAsked(long token) {
        stops.add(token);
    }

    @Override
    public void ended(String reason) {
        ended.complete(reason);
    }

    /** The client goes away. */
    void end() {
        session.close();
    }

    @Override
    public void close() {
        session.close();
    }
}
