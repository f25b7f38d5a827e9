package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard whose cycles the test runs itself, one at a time. */
final class ShardCyclesTest {
    private static final ByteBuffer ONE_LETTER = ByteBuffer.allocate(5).putInt(1).put((byte) 'a').flip();

    @TempDir Path folder;
    private FileLogFactory logs;
    private Shard shard;

    @BeforeEach
    void open() {
        logs = FileLogFactory.onDisk(FileLogOptions.of(folder).withSegmentBytes(1 << 20), failure -> {
            throw new AssertionError(failure);
        });
        shard = new Shard(0, ShardOptions.DEFAULT, logs, new Surroundings(ShardClock.SYSTEM, new Unheard(),
                Runnable::run));
    }

    @AfterEach
    void close() {
        shard.stop();
        logs.close();
    }

    private static final class Unheard implements ShardListener {
        @Override
        public void topicCreated(String topic) {
            // of no interest here
        }

        @Override
        public void topicDeleted(String topic) {
            // of no interest here
        }

        @Override
        public void groupCreated(String topic, String group) {
            // of no interest here
        }

        @Override
        public void groupDeleted(String topic, String group) {
            // of no interest here
        }

        @Override
        public void trouble(String what) {
            throw new AssertionError(what);
        }
    }

    /** Keeps the deliveries. */
    private static final class Told implements SessionListener {
        final Queue<Delivery> deliveries = new ArrayDeque<>();

        @Override
        public void copied(Submission submission) {
            // the bytes are a constant
        }

        @Override
        public void completed(Submission submission) {
            // the deliveries say that it is done
        }

        @Override
        public void deliver(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void ended(String reason) {
            // seen through the shard
        }

        int messages() {
            return deliveries.stream().mapToInt(Delivery::size).sum();
        }
    }

    private void cycles() {
        while (shard.doWork()) {
            Thread.onSpinWait();
        }
    }

    private void subscribe(Session session, int credit) {
        CompletableFuture<Subscription> made = shard
                .call(owner -> owner.subscribe(session, "orders", "mail", 300_000, 0));
        cycles();
        Submission submission = new Submission();
        submission.credit(made.join(), credit);
        session.submit(submission);
        cycles();
    }

    @Test
    void sessionsThatEndTogether_takeNothingFromEachOther() {
        Told heir = new Told();
        Session last = shard.openSession(heir);
        List<Session> leaving = new ArrayList<>();
        List<Told> left = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            left.add(new Told());
            leaving.add(shard.openSession(left.get(i)));
            subscribe(leaving.get(i), 10);
        }
        for (int i = 0; i < 20; i++) {
            Submission submission = new Submission();
            submission.data(ONE_LETTER).publish(new TopicRef("orders", 0), 0, ONE_LETTER.limit(), 1);
            last.submit(submission);
        }
        cycles();
        assertThat(left).extracting(Told::messages).containsOnly(4);

        leaving.forEach(Session::close);
        cycles();
        assertThat(shard.machine().leases()).as("leases of sessions that are over").isZero();
        subscribe(last, 100);

        MessageView view = new MessageView();
        List<Integer> attempts = new ArrayList<>();
        for (Delivery delivery : heir.deliveries) {
            while (delivery.next(view) == Delivery.READY) {
                attempts.add(view.attempts);
            }
            delivery.close();
        }
        assertThat(attempts).hasSize(20).containsOnly(2);
        left.stream().flatMap(told -> told.deliveries.stream()).forEach(Delivery::close);
    }
}
