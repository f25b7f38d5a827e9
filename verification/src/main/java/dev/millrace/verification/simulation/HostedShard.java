package dev.millrace.verification.simulation;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogFactory;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.machine.PlantedBugs;
import dev.millrace.core.shard.Shard;
import dev.millrace.core.shard.ShardListener;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The place of one shard, through all processes: opens it, runs its cycles, opens it anew when it failed, as a node
 * does; and knows which states recovery may come back with.
 */
final class HostedShard implements WatchedLogs.Watcher {
    private static final long SECOND_FAILURE_NANOS = 60_000_000_000L;
    private static final ShardListener NOBODY = new ShardListener() {
        @Override
        public void topicCreated(String topic) {
            // nobody listens
        }

        @Override
        public void topicDeleted(String topic) {
            // nobody listens
        }

        @Override
        public void groupCreated(String topic, String group) {
            // nobody listens
        }

        @Override
        public void groupDeleted(String topic, String group) {
            // nobody listens
        }

        @Override
        public void trouble(String what) {
            // the disk fails by plan
        }
    };

    /** A few milliseconds that had begun are left out, never early. */
    private static final int LEFT_OUT_MILLIS = 4;

    /** True time, the shard's elapsed time and the wall's, of one instant. */
    private record Clocks(long nanos, long elapsedMillis, long wallMillis) {}

    private final World world;
    final int number;
    private final ShardOptions options;
    private final PlantedBugs bugs;
    private @Nullable Shard shard;
    /** Digests of the states that may come back: the last durable one and those written since. */
    private final List<Long> digests = new ArrayList<>();
    /** Where its clocks were when these were written, or snapshots of them begun. */
    private final List<Clocks> clocks = new ArrayList<>();
    private Clocks openedAt = new Clocks(0, 0, 0);
    private boolean everDurable;
    private boolean lastIsMark;
    private Moment cycleBegan = Moment.NEVER;
    private Moment opened = Moment.NEVER;
    private int openings;
    private long failedAtNanos = Long.MIN_VALUE;
    private boolean down = true;

    HostedShard(World world, int number, ShardOptions options, PlantedBugs bugs) {
        this.world = world;
        this.number = number;
        this.options = options;
        this.bugs = bugs;
    }

    Moment cycleBegan() {
        return cycleBegan;
    }

    /** When it was opened last. */
    Moment opened() {
        return opened;
    }

    /** How often it was opened. */
    int openings() {
        return openings;
    }

    boolean isDown() {
        return down;
    }

    Shard shard() {
        return Objects.requireNonNull(shard);
    }

    /** A new process: what failed in the one before does not count. */
    void newProcess() {
        down = true;
        shard = null;
        failedAtNanos = Long.MIN_VALUE;
    }

    /** Opens and recovers it. */
    void open(LogFactory logs, Executor background) {
        shard = null;
        Moment began = world.moment();
        Shard found = new Shard(number, options, new WatchedLogs(logs, this),
                new Surroundings(world.clock, NOBODY, background, world.post), bugs);
        RecoveryReport report = found.recovery();
        shard = found;
        opened = began;
        openings++;
        down = false;
        world.opened();
        world.trace.event("shard " + number + " recovered " + report.batches() + " batches, torn " + report.tornBytes()
                + ", " + report.notes());
        long digest = found.machine().digest();
        if (!digests.isEmpty() && !digests.contains(digest)) {
            throw new Violation("shard " + number + " came back with a state that it never had: " + report);
        }
        digests.clear();
        digests.add(digest);
        openedAt = new Clocks(world.clock.trueNanos(), found.nowMillis(), world.clock.wallMillis());
        goesOn(openedAt);
    }

    /** Its elapsed time goes on from that of its last batch, by what the wall clock says has passed since. */
    private void goesOn(Clocks now) {
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (Clocks last : clocks) {
            long slept = now.wallMillis - last.wallMillis;
            if (slept < 0) {
                return;
            }
            least = Math.min(least, last.elapsedMillis + slept);
            most = Math.max(most, last.elapsedMillis + slept);
        }
        if (everDurable && (now.elapsedMillis > most + 1 || now.elapsedMillis < least - LEFT_OUT_MILLIS)) {
            throw new Violation("shard " + number + " goes on at " + now.elapsedMillis + " ms of elapsed time, not at "
                    + least + " to " + most);
        }
    }

    @Override
    public void appending(boolean empty) {
        lastIsMark = empty;
        Shard current = shard;
        if (current != null) {
            long digest = current.machine().digest();
            world.trace.mix(digest);
            digests.add(digest);
            stamping();
        }
    }

    @Override
    public void stamping() {
        long nanos = world.clock.trueNanos();
        clocks.add(new Clocks(nanos, openedAt.elapsedMillis + (nanos - openedAt.nanos) / 1_000_000,
                world.clock.wallMillis()));
    }

    @Override
    public void durable() {
        if (digests.size() > 1) {
            digests.subList(0, digests.size() - 1).clear();
        }
        everDurable = true;
        // Recovery may leave out an empty batch at the end, which only marks what is durable.
        if (clocks.size() > 1 && !lastIsMark) {
            clocks.subList(0, clocks.size() - 1).clear();
        }
    }

    /** Runs one cycle; whether there is more to do at once. */
    boolean cycle() {
        Shard current = shard();
        cycleBegan = world.moment();
        long wallMillis = world.clock.wallMillis();
        try {
            boolean more = current.doWork();
            if (!more) {
                letGo(current, wallMillis);
                current.idleNanos();
            }
            return more;
        } catch (LogException failure) {
            failed(current, failure);
            return false;
        }
    }

    private void failed(Shard current, LogException failure) {
        world.trace.event("shard " + number + " failed: " + failure.getMessage());
        boolean expected = failure.category() == LogException.Category.UNKNOWN_OUTCOME;
        if (!expected && !world.expectsDamage()) {
            throw new Violation("shard " + number + " failed: " + failure.getMessage(), failure);
        }
        down = true;
        current.fail(failure);
        long now = world.clock.trueNanos();
        boolean again = failedAtNanos != Long.MIN_VALUE && now - failedAtNanos < SECOND_FAILURE_NANOS;
        failedAtNanos = now;
        if (expected && !again) {
            world.reopen(this);
        }
    }

    /** After a cycle that leaves nothing to do at once, nothing waits for an instant that the clock showed before it. */
    private void letGo(Shard current, long wallMillis) {
        if (current.machine().nextWallMillis() <= Math.min(wallMillis, world.clock.wallMillis())) {
            throw new Violation("shard " + number + " rests at " + wallMillis + " while something waits for "
                    + current.machine().nextWallMillis());
        }
    }

    /** True nanoseconds until it has something to do by itself. */
    long idleNanos() {
        return shard().idleNanos();
    }

    <T> CompletableFuture<T> call(Function<Shard, T> work) {
        return shard().call(work);
    }
}
