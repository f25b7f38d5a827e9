package dev.millrace.node;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The dead letters that somebody reads at present. Channels that take are one queue for each group, those that look have
 * one each; a queue goes with its last reader.
 *
 * <p>
 * Thread safety: any thread; the lock is held for a map look-up and for a reader's coming and going.
 */
final class DeadQueues implements TopologyListener {
    private static final String TAKING = "";

    private final NodeBroker broker;
    /** By group, then by channel. */
    private final Map<DeadNames.Source, Map<String, DeadQueue>> queues = new HashMap<>();
    /** Whether there is any, so that a death nobody waits for costs nothing. */
    private volatile boolean inUse;

    DeadQueues(NodeBroker broker) {
        this.broker = broker;
    }

    DeadReader open(DeadNames.Source source, String channel, boolean taking) {
        synchronized (queues) {
            DeadQueue queue = queues.computeIfAbsent(source, _ -> new HashMap<>())
                    .computeIfAbsent(taking ? TAKING : channel, _ -> new DeadQueue(broker, source, taking));
            DeadQueueReader reader = new DeadQueueReader(this, queue, channel);
            queue.enter(reader);
            inUse = true;
            return reader;
        }
    }

    void leave(DeadQueue queue, DeadQueueReader reader) {
        List<CompletableFuture<List<DeadLoan>>> waiting;
        synchronized (queues) {
            waiting = queue.leave(reader);
            Map<String, DeadQueue> own = queues.getOrDefault(queue.source(), Map.of());
            if (queue.isUnused() && own.values().removeIf(each -> each == queue) && own.isEmpty()) {
                queues.remove(queue.source());
                inUse = !queues.isEmpty();
            }
        }
        waiting.forEach(answer -> answer.complete(List.of()));
        queue.work();
    }

    private List<DeadQueue> of(String topic, String group) {
        synchronized (queues) {
            return List.copyOf(queues.getOrDefault(new DeadNames.Source(topic, group), Map.of()).values());
        }
    }

    List<DeadReading> readings() {
        List<DeadReading> all = new ArrayList<>();
        List<DeadQueue> each;
        synchronized (queues) {
            each = queues.values().stream().flatMap(own -> own.values().stream()).toList();
        }
        for (DeadQueue queue : each) {
            Map<String, Integer> readers = new TreeMap<>();
            queue.readers().forEach(reader -> readers.merge(reader.channel(), 1, Integer::sum));
            readers.forEach((channel, count) -> all.add(new DeadReading(queue.source().topic(),
                    queue.source().group(), channel, count, queue.progress())));
        }
        return Collections.unmodifiableList(all);
    }

    @Override
    public void died(String topic, String group) {
        if (inUse) {
            of(topic, group).forEach(DeadQueue::wake);
        }
    }

    @Override
    public void groupDeleted(String topic, String group) {
        if (inUse) {
            of(topic, group).forEach(queue -> queue.end("group " + topic + ":" + group + " was deleted"));
        }
    }

    @Override
    public void topicCreated(String topic) {
        // Names of its groups follow.
    }

    @Override
    public void topicDeleted(String topic) {
        // Its groups were deleted before it.
    }

    @Override
    public void groupCreated(String topic, String group) {
        // It has no dead letters.
    }
}
