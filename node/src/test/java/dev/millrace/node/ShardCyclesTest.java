package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Enqueue;
import dev.millrace.core.shard.Enqueues;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Shard;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardListener;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.Surroundings;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One shard, cycle by cycle, on a clock that stands still unless the test moves it. */
final class ShardCyclesTest {
    private static final long MILLI = 1_000_000;
    private static final long LEASE_MILLIS = 1_000;
    private static final long STOOD_MILLIS = 5_000;

    @TempDir Path folder;
    private FileLogFactory logs;
    private Shard shard;
    private long nanos = 1;

    @BeforeEach
    void open() {
        logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(16 << 20), failure -> {
            throw new AssertionError(failure);
        });
        ShardClock clock = ShardClock.of(() -> nanos, () -> 1_800_000_000_000L + nanos / MILLI);
        shard = new Shard(0, ShardOptions.DEFAULT, logs, new Surroundings(clock, new Nobody(), Runnable::run));
    }

    @AfterEach
    void close() {
        shard.stop();
        logs.close();
    }

    private static final class Nobody implements ShardListener {
        @Override
        public void topicCreated(String topic) {}

        @Override
        public void topicDeleted(String topic) {}

        @Override
        public void groupCreated(String topic, String group) {}

        @Override
        public void groupDeleted(String topic, String group) {}

        @Override
        public void trouble(String what) {}
    }

    /** A session and what it heard. */
    private final class Peer implements SessionListener {
        private final TopicRef topic;
        private final Session session = shard.openSession(this);
        private final List<Submission> completed = new ArrayList<>();
        private final List<Delivery> deliveries = new ArrayList<>();

        Peer(String name) {
            topic = new TopicRef(name, 0);
            shard.doWork();
        }

        Submission publish(int bytes, int count) {
            ByteBuffer data = ByteBuffer.allocate((bytes + Integer.BYTES) * count);
            for (int i = 0; i < count; i++) {
                data.putInt(bytes).position(data.position() + bytes);
            }
            Submission submission = new Submission();
            submission.data(data).publish(topic, 0, data.capacity(), count);
            session.submit(submission);
            return submission;
        }

        void subscribe(int credit) {
            CompletableFuture<Subscription> made = shard
                    .call(owner -> owner.subscribe(session, topic.name(), "g", LEASE_MILLIS, 0));
            shard.doWork();
            Submission submission = new Submission();
            submission.credit(made.join(), credit);
            session.submit(submission);
        }

        /** Tasks of these terms, as a door does that asks a question. */
        CompletableFuture<Enqueue> enqueue(EnvelopeWriter terms, int count) {
            ByteBuffer bytes = ByteBuffer.allocate((terms.length() + Integer.BYTES + 1) * count);
            for (int i = 0; i < count; i++) {
                bytes.putInt(terms.length() + 1);
                terms.write(bytes);
                bytes.put((byte) 'x');
            }
            Enqueue batch = new Enqueue(topic, "g", bytes, 0, bytes.position(), count);
            return shard.call(owner -> {
                assertThat(Enqueues.run(owner, batch)).isEqualTo(Outcome.OK);
                return batch;
            });
        }

        Submission ack(long token) {
            Submission submission = new Submission();
            submission.ack(token);
            session.submit(submission);
            return submission;
        }

        MessageView only() {
            assertThat(deliveries).hasSize(1);
            MessageView view = new MessageView();
            assertThat(deliveries.getFirst().next(view)).as("it is in memory").isEqualTo(Delivery.READY);
            return view;
        }

        int delivered() {
            return deliveries.stream().mapToInt(Delivery::size).sum();
        }

        @Override
        public void copied(Submission submission) {}

        @Override
        public void completed(Submission submission) {
            completed.add(submission);
        }

        @Override
        public void deliver(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void ended(String reason) {}
    }

    /** Until nothing more is to be done at once. */
    private void settle() {
        for (int i = 0; i < 5; i++) {
            shard.doWork();
        }
    }

    /** Until the shard would sleep; how many cycles had more to do. */
    private int workToTheEnd() {
        int cycles = 0;
        while (shard.doWork()) {
            cycles++;
        }
        return cycles;
    }

    /** The clock goes on in steps as small as the shard sleeps. */
    private void pass(long millis) {
        for (long i = 0; i < millis; i += 50) {
            shard.idleNanos();
            nanos += 50 * MILLI;
            shard.doWork();
        }
    }

    private Peer holderOfOneMessage() {
        Peer peer = new Peer("orders");
        peer.publish(10, 1);
        peer.subscribe(1);
        settle();
        assertThat(peer.deliveries).hasSize(1);
        return peer;
    }

    @Test
    void timeInWhichTheShardStoodStill_endsNoLease() {
        Peer peer = holderOfOneMessage();
        shard.idleNanos();
        nanos += STOOD_MILLIS * MILLI;
        settle();
        pass(LEASE_MILLIS);
        assertThat(peer.deliveries).as("not delivered again").hasSize(1);
        Submission ack = peer.ack(peer.only().token);
        pass(100); // nobody waits for an ack: it goes with the next group
        assertThat(peer.completed).contains(ack);
        assertThat(ack.result(0)).isEqualTo(Outcome.OK);
    }

    @Test
    void afterAsLongAgain_theLeaseEnds() {
        Peer peer = holderOfOneMessage();
        long token = peer.only().token;
        shard.idleNanos();
        nanos += STOOD_MILLIS * MILLI;
        settle();
        pass(2 * STOOD_MILLIS);
        assertThat(peer.deliveries).as("delivered again").hasSizeGreaterThan(1);
        Submission ack = peer.ack(token);
        pass(100);
        assertThat(ack.result(0)).isEqualTo(Outcome.STALE);
    }

    @Test
    void withoutAStandstill_theLeaseEndsInTime() {
        Peer peer = holderOfOneMessage();
        pass(LEASE_MILLIS - 100);
        assertThat(peer.deliveries).hasSize(1);
        pass(200);
        assertThat(peer.deliveries).hasSize(2);
    }

    @Test
    void afterAStandstill_theShardSleepsWhileItHoldsLeases() {
        Peer peer = new Peer("orders");
        peer.publish(10, 3_000);
        peer.subscribe(3_000);
        settle();
        pass(LEASE_MILLIS);
        nanos += 2 * MILLI;
        assertThat(shard.doWork()).as("more leases have ended than one slice takes").isTrue();
        nanos += STOOD_MILLIS * MILLI;
        settle();
        assertThat(shard.doWork()).as("there is nothing to do at once").isFalse();
    }

    @Test
    void delayOfATask_countsFromWhenItIsTaken_notFromTheBeginningOfTheCycle() {
        Peer peer = new Peer("tasks");
        CompletableFuture<Enqueue> first = peer.enqueue(new EnvelopeWriter().delay(1), 1);
        peer.subscribe(10);
        pass(100);
        assertThat(first).isCompleted();
        assertThat(peer.deliveries).hasSize(1);
        CompletableFuture<Long> slow = shard.call(owner -> nanos += 5 * MILLI);
        CompletableFuture<Enqueue> enqueued = peer.enqueue(new EnvelopeWriter().delay(10), 1);
        settle();
        assertThat(slow.join()).isEqualTo(nanos);
        assertThat(enqueued.join().id(0)).isPositive();
        nanos += 9 * MILLI;
        settle();
        assertThat(peer.deliveries).as("9 ms later").hasSize(1);
        nanos += 2 * MILLI;
        settle();
        assertThat(peer.deliveries).as("11 ms later").hasSize(2);
    }

    @Test
    void expiredTask_isNotHandedOut_howeverMuchElseIsDue() {
        Peer peer = new Peer("tasks");
        CompletableFuture<Enqueue> expiring = peer.enqueue(new EnvelopeWriter().expiresIn(12), 1);
        CompletableFuture<Enqueue> others = peer.enqueue(new EnvelopeWriter().delay(10), 5_000);
        settle();
        assertThat(others).isCompleted();
        nanos += 50 * MILLI;
        peer.subscribe(1);
        settle();
        assertThat(peer.only().id).isNotEqualTo(expiring.join().id(0));
    }

    @Test
    void floodOfPublishes_doesNotHoldUpAQuietSession() {
        Peer loud = new Peer("loud");
        Peer quiet = new Peer("quiet");
        for (int i = 0; i < 100; i++) {
            loud.publish(1_000, 200);
        }
        Submission one = quiet.publish(10, 1);
        int cycles = 0;
        while (!quiet.completed.contains(one)) {
            shard.doWork();
            cycles++;
        }
        assertThat(cycles).isLessThanOrEqualTo(2);
        assertThat(loud.completed).as("of 20 MB").hasSizeLessThan(10);
    }

    @Test
    void floodsOfManyPublishers_doNotHoldUpAQuietOne_norAnAck() {
        Peer holder = holderOfOneMessage();
        long token = holder.only().token;
        Peer quiet = new Peer("quiet");
        List<Peer> loud = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            loud.add(new Peer("loud" + i));
        }
        loud.forEach(peer -> {
            for (int i = 0; i < 4; i++) {
                peer.publish(1_000, 200);
            }
        });
        Submission one = quiet.publish(10, 1);
        Submission ack = holder.ack(token);
        shard.doWork();
        assertThat(quiet.completed).contains(one);
        assertThat(holder.completed).contains(ack);
        assertThat(loud).as("of 40 MB").filteredOn(peer -> !peer.completed.isEmpty()).hasSizeLessThan(25);
    }

    @Test
    void manyQuietSessions_doNotHoldUpALoudOne() {
        Peer loud = new Peer("loud");
        List<Peer> quiet = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            quiet.add(new Peer("quiet"));
        }
        Submission much = loud.publish(1_000, 200);
        int cycles = 0;
        while (!loud.completed.contains(much)) {
            quiet.forEach(peer -> peer.publish(2_000, 1));
            shard.doWork();
            cycles++;
        }
        assertThat(cycles).isEqualTo(1);
    }

    @Test
    void submissionsOfASession_keepTheirOrder() {
        Peer peer = new Peer("orders");
        List<Submission> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(peer.publish(i % 3 == 0 ? 10 : 40_000, 1));
            if (i % 20 == 0) {
                shard.doWork();
            }
        }
        workToTheEnd();
        assertThat(peer.completed).containsExactlyElementsOf(all);
    }

    @Test
    void floodOfDeliveries_doesNotHoldUpAQuietGroup() {
        Peer loud = new Peer("loud");
        Peer quiet = new Peer("quiet");
        for (int i = 0; i < 50; i++) {
            loud.publish(10, 2_000);
            settle();
        }
        quiet.publish(10, 1);
        settle();
        loud.subscribe(100_000);
        quiet.subscribe(1);
        int cycles = 0;
        while (quiet.deliveries.isEmpty()) {
            shard.doWork();
            cycles++;
        }
        assertThat(cycles).isLessThanOrEqualTo(3);
        long taken = loud.deliveries.stream().mapToLong(Delivery::size).sum();
        assertThat(taken).as("of 100,000").isLessThan(50_000);
    }

    @Test
    void sessionsThatEndTogether_takeNothingFromEachOther() {
        List<Peer> leaving = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Peer peer = new Peer("orders");
            peer.subscribe(10);
            leaving.add(peer);
        }
        Peer heir = new Peer("orders");
        for (int i = 0; i < 20; i++) {
            heir.publish(10, 1);
        }
        settle();
        assertThat(leaving).extracting(Peer::delivered).containsOnly(4);

        leaving.forEach(peer -> peer.session.close());
        workToTheEnd();
        assertThat(shard.machine().leases()).as("leases of sessions that are over").isZero();
        heir.subscribe(100);
        settle();

        MessageView view = new MessageView();
        List<Integer> attempts = new ArrayList<>();
        for (Delivery delivery : heir.deliveries) {
            while (delivery.next(view) == Delivery.READY) {
                attempts.add(view.attempts);
            }
        }
        assertThat(attempts).hasSize(20).containsOnly(2);
    }

    @Test
    void leasesOfSessionsThatEnded_endWithoutWaitingForSomethingElse() {
        Peer leaving = new Peer("orders");
        leaving.publish(10, 5_000);
        leaving.subscribe(5_000);
        settle();
        assertThat(leaving.delivered()).isEqualTo(5_000);
        leaving.session.close();
        int cycles = workToTheEnd();
        assertThat(cycles).as("slices, not one cycle").isGreaterThan(1);
        assertThat(shard.machine().leases()).isZero();
    }
}
