package dev.millrace.node.embedded;

import dev.millrace.api.MillraceException;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.Broker;
import dev.millrace.node.BrokerException;
import dev.millrace.node.ShardHealth;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Sends publishes through a few sessions for each shard; one that ended is replaced. A topic always uses the same one, so
 * that its publishes keep their order.
 *
 * <p>
 * Thread-safe.
 */
final class Publishers {
    /** Several, because a shard serves its sessions in turn. */
    private static final int LINES = 4;

    private final Broker broker;
    private final Threads threads;
    private final AtomicReferenceArray<@Nullable Line> lines;

    Publishers(Broker broker, Threads threads) {
        this.broker = broker;
        this.threads = threads;
        lines = new AtomicReferenceArray<>(broker.shardCount() * LINES);
    }

    CompletableFuture<Submission> send(TopicRef topic, Submission submission) {
        ShardHealth health = broker.health().get(topic.shard());
        if (!health.serving()) {
            return CompletableFuture.failedFuture(new MillraceException.Unavailable(
                    "the engine does not serve, nothing was published: " + health.message()));
        }
        try {
            return line(topic).send(submission);
        } catch (BrokerException e) {
            return CompletableFuture.failedFuture(
                    new MillraceException.Unavailable("nothing was published: " + e.getMessage(), e));
        }
    }

    private Line line(TopicRef topic) {
        int place = topic.shard() * LINES + Math.floorMod(topic.name().hashCode(), LINES);
        Line line = lines.get(place);
        return line == null || line.isOver() ? replace(place, topic.shard()) : line;
    }

    private synchronized Line replace(int place, int shard) {
        Line line = lines.get(place);
        if (line != null && !line.isOver()) {
            return line;
        }
        Line opened = new Line(threads);
        opened.open(broker, shard);
        lines.set(place, opened);
        return opened;
    }
}
