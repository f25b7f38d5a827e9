package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
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
        ShardClock clock = new ShardClock() {
            @Override
            public long nanos() {
                return nanos;
            }

            @Override
            public long wallMillis() {
                return 1_800_000_000_000L + nanos / MILLI;
            }
        };
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
