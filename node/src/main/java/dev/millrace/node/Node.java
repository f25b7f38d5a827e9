package dev.millrace.node;

import dev.millrace.core.log.LogFactory;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.machine.PlantedBugs;
import dev.millrace.core.shard.ShardClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs the shards of this process and gives doors the {@link Broker}.
 *
 * <p>
 * A shard that fails is closed, opened anew and recovered at once; when it fails again within a minute it stays down and
 * {@link Broker#health} says why, while the others go on. Thread safety: all methods may be called from any thread.
 */
public final class Node implements AutoCloseable {
    private final List<ShardSlot> slots = new ArrayList<>();
    private final NodeBroker broker;

    private Node(LogFactory logs, NodeOptions options, ShardClock clock, PlantedBugs bugs) {
        Directory directory = new Directory(options.shards(), slots);
        for (int number = 0; number < options.shards(); number++) {
            slots.add(new ShardSlot(number, options.shard(number), logs, clock, bugs, directory));
        }
        broker = new NodeBroker(slots, directory);
    }

    /**
     * Opens every shard and recovers it; returns when all of them serve.
     *
     * @throws dev.millrace.core.log.LogException
     *             when a log cannot be opened or is damaged
     */
    public static Node open(LogFactory logs, NodeOptions options, ShardClock clock) {
        return open(logs, options, clock, PlantedBugs.NONE);
    }

    /** The same, with planted bugs. */
    public static Node open(LogFactory logs, NodeOptions options, ShardClock clock, PlantedBugs bugs) {
        Node node = new Node(logs, options, clock, bugs);
        try {
            for (ShardSlot slot : node.slots) {
                slot.open();
            }
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
        return node;
    }

    public Broker broker() {
        return broker;
    }

    /** What recovery found, per shard. */
    public List<RecoveryReport> recovery() {
        return slots.stream().map(ShardSlot::recovery).toList();
    }

    /**
     * Stops every shard after the sync under way, without a snapshot: the next start replays. May be called while
     * {@link #close} waits.
     *
     * @return completes when all have stopped
     */
    public CompletableFuture<?> hurry() {
        return CompletableFuture.allOf(slots.stream().map(ShardSlot::hurry).toArray(CompletableFuture[]::new));
    }

    /** Stops every shard in good order: appends what there is, syncs, closes the logs. Idempotent. */
    @Override
    public void close() {
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (ShardSlot slot : slots) {
            ends.add(slot.stop());
        }
        broker.nodeTasks().waits().close();
        for (CompletableFuture<?> end : ends) {
            try {
                end.get(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
                throw new BrokerException(BrokerException.Category.UNAVAILABLE,
                        "a shard did not stop within 30 s: " + e.getMessage());
            }
        }
    }
}
