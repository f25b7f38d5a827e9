package dev.millrace.core.shard;

import dev.millrace.core.machine.DeliverySink;
import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Machine;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives what a group has ready to the subscriptions that want it, in fair shares, starting with another one each time.
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
    private int turn;

    Feed(Group group) {
        this.group = group;
    }

    /** A subscription. Fields belong to the owner thread, but for the final ones. */
    static final class Consumer implements Subscription {
        final ClientSession session;
        final Feed feed;
        final int number;
        private final long leaseMillis;
        int credit;
        int inFlight;
        boolean ended;

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
        for (int i = 0; i < consumers.size(); i++) {
            if (consumers.get(i).capacity() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Leases up to {@code limit} messages; returns how many. */
    int serve(Machine machine, int limit, Courier courier) {
        int hungry = 0;
        for (int i = 0; i < consumers.size(); i++) {
            if (consumers.get(i).capacity() > 0) {
                hungry++;
            }
        }
        if (hungry == 0) {
            return 0;
        }
        long share = Math.max(1, (Math.min(group.ready(), limit) + hungry - 1) / hungry);
        int left = limit;
        int size = consumers.size();
        turn++;
        for (int i = 0; i < size && left > 0 && group.deliverable(); i++) {
            Consumer consumer = consumers.get(Math.floorMod(turn + i, size));
            int want = (int) Math.min(Math.min(consumer.portion(), share), left);
            if (want > 0) {
                // A look that led to nothing costs as much as a lease.
                left -= Math.max(1, lease(machine, consumer, want, courier));
            }
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
            consumer.inFlight += taken; // for good where leases are nobody's: credit is then an allowance
            courier.send(consumer, delivery);
        }
        return taken;
    }
}
