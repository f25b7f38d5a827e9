package dev.millrace.core.shard;

import dev.millrace.core.machine.DeliverySink;
import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives what a group has ready to the subscriptions that want it, in fair shares. Those that may take more stand in a
 * line of their own: who was served goes to its end, and of thousands that are full nobody is looked at.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Feed {
    /** A window of so many messages is leased at once. */
    private static final int SMALL_WINDOW = 256;

    final Group group;
    final List<Consumer> consumers = new ArrayList<>();
    /** In the line of groups to be served. */
    boolean queued;
    /** The line of those with capacity, linked through them. */
    private @Nullable Consumer first;
    private @Nullable Consumer last;
    private int hungry;

    Feed(Group group) {
        this.group = group;
    }

    /** A subscription. Fields belong to the owner thread, but for the final ones. */
    static final class Consumer implements Subscription {
        final ClientSession session;
        final Feed feed;
        final int number;
        private final long leaseMillis;
        private int credit;
        private int inFlight;
        private boolean ended;
        /** In its feed's line. */
        private boolean inLine;
        private @Nullable Consumer before;
        private @Nullable Consumer after;

        Consumer(ClientSession session, Feed feed, int number, long leaseMillis) {
            this.session = session;
            this.feed = feed;
            this.number = number;
            this.leaseMillis = leaseMillis;
        }

        @Override
        public Session session() {
            return session;
        }

        @Override
        public String topic() {
            return feed.group.topic().name();
        }

        @Override
        public String group() {
            return feed.group.name();
        }

        @Override
        public long leaseMillis() {
            return leaseMillis;
        }

        int inFlight() {
            return inFlight;
        }

        boolean hasEnded() {
            return ended;
        }

        void credit(int newCredit) {
            credit = newCredit;
            feed.place(this);
        }

        void leased(int count) {
            inFlight += count;
            feed.place(this);
        }

        void leaseEnded() {
            inFlight--;
            feed.place(this);
        }

        /** It gets nothing more. */
        void end() {
            ended = true;
            feed.place(this);
        }

        int capacity() {
            return ended ? 0 : credit - inFlight;
        }

        /**
         * What one cycle leases to it at most. Half of a wide window: while one half is made durable the other one is
         * on its way to the client and back. All of it at once would wait at each station for the one before.
         */
        int portion() {
            return Math.min(capacity(), Math.max(SMALL_WINDOW, credit / 2));
        }
    }

    /** Makes the deliveries of a cycle. */
    interface Courier {
        Delivery start(Consumer consumer, int expected);

        void send(Consumer consumer, Delivery delivery);
    }

    boolean isHungry() {
        return first != null;
    }

    /** Into the line, at its end, or out of it, as its capacity says. */
    private void place(Consumer consumer) {
        boolean wants = consumer.capacity() > 0;
        if (wants && !consumer.inLine) {
            append(consumer);
        } else if (!wants && consumer.inLine) {
            remove(consumer);
        }
    }

    private void append(Consumer consumer) {
        consumer.inLine = true;
        consumer.before = last;
        if (last == null) {
            first = consumer;
        } else {
            last.after = consumer;
        }
        last = consumer;
        hungry++;
    }

    private void remove(Consumer consumer) {
        Consumer before = consumer.before;
        Consumer after = consumer.after;
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        consumer.before = null;
        consumer.after = null;
        consumer.inLine = false;
        hungry--;
    }

    /** Leases up to {@code limit} messages; returns how many. */
    int serve(Machine machine, int limit, Courier courier) {
        int takers = hungry;
        long share = Math.max(1, (Math.min(group.ready(), limit) + takers - 1) / Math.max(1, takers));
        int left = limit;
        for (int i = 0; i < takers && left > 0 && group.deliverable(); i++) {
            Consumer consumer = first;
            if (consumer == null) {
                break;
            }
            remove(consumer);
            append(consumer);
            int want = (int) Math.min(Math.min(consumer.portion(), share), left);
            // A look that led to nothing costs as much as a lease.
            left -= Math.max(1, lease(machine, consumer, want, courier));
        }
        return limit - left;
    }

    private int lease(Machine machine, Consumer consumer, int want, Courier courier) {
        Delivery delivery = courier.start(consumer, (int) Math.min(want, group.ready()));
        int taken = machine.lease(group, consumer.number, machine.after(consumer.leaseMillis), want,
                new DeliverySink() {
                    @Override
                    public void run(long location, int index) {
                        delivery.startRun(location, index);
                    }

                    @Override
                    public void message(long token, int attempts) {
                        delivery.add(token, attempts);
                    }
                });
        if (taken > 0) {
            consumer.leased(taken); // for good where leases are nobody's: credit is then an allowance
            courier.send(consumer, delivery);
        }
        return taken;
    }
}
