package dev.millrace.door.nsq.backlog;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.Broker;
import dev.millrace.node.GroupStats;
import dev.millrace.node.TopicStats;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sets a group's messages aside as dead letters, so that what comes after them can be purged without touching them.
 *
 * <p>
 * Thread safety: one thread calls {@link #setAside}; the shard only puts into a queue.
 */
final class Setter {
    private static final int CREDIT = 4_096;
    private static final long LEASE_MILLIS = 600_000;
    private static final String REASON = "held back by millrace import";

    private final Broker broker;

    Setter(Broker broker) {
        this.broker = broker;
    }

    /** Buries everything ready in the group; returns when nothing is left. */
    void setAside(String topic, String group) throws InterruptedException {
        TopicRef ref = broker.topic(topic);
        Mail mail = new Mail();
        Session session = broker.openSession(ref.shard(), mail);
        try {
            Subscription subscription = broker.subscribe(session, ref, group, LEASE_MILLIS, 0).join();
            Submission credit = new Submission();
            credit.credit(subscription, CREDIT);
            session.submit(credit);
            while (left(topic, group) > 0) {
                Delivery delivery = mail.deliveries.poll(100, TimeUnit.MILLISECONDS);
                mail.check();
                if (delivery != null) {
                    bury(session, delivery);
                }
            }
        } finally {
            session.close();
        }
    }

    private long left(String topic, String group) {
        for (TopicStats stats : broker.stats(topic).join()) {
            for (GroupStats one : stats.groups()) {
                if (one.name().equals(group)) {
                    return one.ready() + one.leased() + one.retrying();
                }
            }
        }
        return 0;
    }

    private static void bury(Session session, Delivery delivery) throws InterruptedException {
        MessageView view = new MessageView();
        Submission submission = new Submission();
        for (int state = delivery.next(view); state != Delivery.END; state = delivery.next(view)) {
            if (state == Delivery.READY) {
                submission.bury(view.token, REASON);
            } else {
                CountDownLatch loaded = new CountDownLatch(1);
                delivery.load(loaded::countDown);
                loaded.await();
            }
        }
        delivery.close();
        session.submit(submission);
    }

    private static final class Mail implements SessionListener {
        private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
        private volatile @Nullable String end;

        void check() {
            if (end != null) {
                throw new BacklogException("the shard has stopped: " + end + ". Mend that and import again");
            }
        }

        @Override
        public void copied(Submission submission) {
            // Nothing was lent.
        }

        @Override
        public void completed(Submission submission) {
            // What is left is asked for anyway.
        }

        @Override
        public void deliver(Delivery delivery) {
            deliveries.add(delivery);
        }

        @Override
        public void ended(String reason) {
            end = reason;
        }
    }
}
