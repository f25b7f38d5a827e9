package dev.millrace.core.shard;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogWalk;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.Letter;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Parcel;
import dev.millrace.core.machine.PlantedBugs.Bug;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Carries the mails of a shard: reads what a mail is made of, which is never the owner's work, and lets the owner make it a
 * message. A mail that is refused stays where it is and is tried again.
 *
 * <p>
 * Bounds: mails take the room of the messages that they come from ({@code max-tracked}); so many are under way at once.
 * Thread safety: owner thread only, but for {@link Arrival#ready} and {@link Arrival#answered}.
 */
final class Carrier {
    /** What is under way at once: a step counts 1, a message of many counts {@value #MANY}. */
    private static final int WINDOW = 64;
    private static final int MANY = 8;
    /** Messages made in one cycle. */
    private static final int PER_CYCLE = 64;
    private static final byte ON_ITS_WAY = -2;
    private static final long AGAIN_NANOS = 500_000_000;
    /** More than the creation of a topic, the message without its bytes, and what follows it take. */
    private static final int RECORD_BYTES = 4 << 10;

    private final Shard shard;
    private final ShardClock clock;
    private final MailRoute route;
    private final ShardLog log;
    private final Machine machine;
    private final ArrayDeque<Long> todo = new ArrayDeque<>();
    private final ArrayDeque<Long> refused = new ArrayDeque<>();
    private final ConcurrentLinkedQueue<Arrival> arrived = new ConcurrentLinkedQueue<>();
    private int underWay;
    private long againNanos;

    /** A letter whose records are being read. */
    private final class Arrival {
        final Letter letter;
        final int weight;
        private @Nullable Throwable failure;
        /** What another shard said of it; -1: it has not been there. */
        private byte answer = -1;

        Arrival(Letter letter) {
            this.letter = letter;
            weight = letter.replaces() && letter.records() > 1 ? MANY : 1;
        }

        /** On a thread of the log, or the owner's. */
        void ready(@Nullable Throwable reason) {
            failure = reason;
            if (reason == null) {
                try {
                    letter.write();
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
            arrived.add(this);
            shard.inbox().wake();
        }

        /** On the owner thread of another shard. */
        void answered(@Nullable Byte said, @Nullable Throwable reason) {
            failure = reason;
            answer = said == null ? Outcome.INTERNAL : said;
            arrived.add(this);
            shard.inbox().wake();
        }
    }

    Carrier(Shard shard, Machine machine, ShardLog log, Surroundings around) {
        this.shard = shard;
        this.machine = machine;
        this.log = log;
        clock = around.clock();
        route = around.mail();
    }

    /** Takes up what recovery found. */
    void adopt() {
        for (long number : machine.tracked().mail().numbers()) {
            todo.add(number);
        }
    }

    /** There is one more. */
    void posted(long number) {
        todo.add(number);
    }

    /** Nanoseconds until something is to be tried again. */
    long idleNanos(long now) {
        if (!arrived.isEmpty() || (!todo.isEmpty() && underWay < WINDOW)) {
            return 0;
        }
        return refused.isEmpty() ? Long.MAX_VALUE : Math.max(0, againNanos - now);
    }

    /** A cycle's share; returns whether there is more to do at once. */
    boolean work(long now) {
        if (!refused.isEmpty() && now >= againNanos) {
            todo.addAll(refused);
            refused.clear();
        }
        for (int i = 0; i < PER_CYCLE; i++) {
            Arrival next = arrived.poll();
            if (next == null) {
                break;
            }
            underWay -= next.weight;
            settle(next);
        }
        for (int left = todo.size(); left > 0 && underWay < WINDOW; left--) {
            start(todo.remove());
        }
        return !arrived.isEmpty();
    }

    private void start(long number) {
        Letter letter = machine.tracked().mail().letter(number);
        if (letter == null) {
            return;
        }
        if (!isWritten(letter)) {
            // Its turn comes when the batch that it stands in has been appended.
            todo.add(number);
            shard.isAwaited();
            return;
        }
        Arrival arrival = new Arrival(letter);
        if (letter.isVoid() || letter.isEnd()) {
            underWay += arrival.weight;
            arrived.add(arrival);
            return;
        }
        underWay += arrival.weight;
        LogWalk walk = new LogWalk(log.reader());
        for (int i = 0; i < letter.records(); i++) {
            int record = i;
            walk.add(letter.location(i), (batch, offset) -> letter.take(record, batch, offset));
        }
        var _ = walk.read().whenComplete((done, failure) -> arrival.ready(failure));
    }

    private boolean isWritten(Letter letter) {
        for (int i = 0; i < letter.records(); i++) {
            if (!Location.isCold(letter.location(i)) && Location.batchPosition(letter.location(i)) >= log.tail()) {
                return false;
            }
        }
        return true;
    }

    private void settle(Arrival arrival) {
        long number = arrival.letter.number();
        byte outcome = arrival.failure == null ? go(arrival) : Outcome.INTERNAL;
        if (outcome == ON_ITS_WAY) {
            return;
        }
        switch (outcome) {
            case Outcome.OK, Outcome.DUPLICATE -> {
                shard.metrics().mailCarried++;
                shard.isAwaited();
            }
            case Outcome.STALE -> todo.add(number);
            default -> {
                refused.add(number);
                againNanos = clock.nanos() + AGAIN_NANOS;
                shard.metrics().mailRefused++;
                shard.faults().mailRefused(number, why(arrival, outcome), clock.nanos());
            }
        }
    }

    /** To a topic of this shard, or on its way to another; or the answer from there. */
    private byte go(Arrival arrival) {
        Letter letter = arrival.letter;
        if (arrival.answer >= 0) {
            return arrival.answer == Outcome.OK ? confirm(letter) : arrival.answer;
        }
        int target = target(letter);
        return target == shard.number() ? deliver(letter) : address(arrival, target);
    }

    private int target(Letter letter) {
        int known = machine.tracked().mail().shard(letter);
        boolean isVoid = letter.isVoid();
        if (known >= 0 && !(isVoid && shard.bugs().has(Bug.LETTER_NOT_CALLED_BACK))) {
            // Of one that became void on its way only the other shard knows whether it has arrived.
            return known;
        }
        return isVoid || letter.replaces() ? shard.number() : route.home(letter.topic(), shard.number());
    }

    /** It leaves as soon as its number is durable. */
    private byte address(Arrival arrival, int target) {
        shard.makeRoomFor(0);
        machine.decisions.begin();
        if (!machine.tracked().mail().isCurrent(arrival.letter)) {
            return Outcome.STALE;
        }
        Parcel parcel = machine.tracked().mail().address(arrival.letter, target);
        shard.isAwaited();
        underWay += arrival.weight;
        var _ = shard.call(durable -> parcel)
                .thenCompose(ready -> route.send(target, ready))
                .whenComplete(arrival::answered);
        return ON_ITS_WAY;
    }

    private byte confirm(Letter letter) {
        shard.makeRoomFor(0);
        machine.decisions.begin();
        if (!machine.tracked().mail().isCurrent(letter)) {
            return Outcome.STALE;
        }
        machine.tracked().mail().sent(letter, false);
        return Outcome.OK;
    }

    private static String why(Arrival arrival, byte outcome) {
        Throwable failure = arrival.failure;
        if (failure != null) {
            return String.valueOf(failure.getMessage());
        }
        return switch (outcome) {
            case Outcome.NO_ROOM -> "the disk is nearly full";
            case Outcome.NOT_TRACKED -> "topic " + arrival.letter.topic()
                    + " holds messages that are no tasks; empty it, or cancel what leads there";
            default -> Outcome.limit(outcome).isEmpty() ? "outcome " + outcome : Outcome.limit(outcome);
        };
    }

    private byte deliver(Letter letter) {
        shard.makeRoomFor(letter.message().remaining() + RECORD_BYTES);
        machine.decisions.begin();
        try {
            return Letters.deliver(shard, letter);
        } catch (RuntimeException e) {
            shard.faults().refuse("mail", e);
            return Outcome.INTERNAL;
        }
    }
}
