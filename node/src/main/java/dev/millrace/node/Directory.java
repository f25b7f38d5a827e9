package dev.millrace.node;

import dev.millrace.core.shard.ShardListener;
import dev.millrace.core.shard.Slices;
import dev.millrace.core.shard.TopicRef;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which shard is home to which topic. A topic's home is where its records are: recovery of the shards fills the
 * directory before anything is served. A name that never existed gets its home from its hash until it does; one that did
 * keeps its home, also over a deletion, because a door may still hold a reference.
 *
 * <p>
 * Thread safety: all methods may be called from any thread.
 */
final class Directory implements TopologyListener {
    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);

    private final ConcurrentHashMap<String, TopicRef> refs = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<TopologyListener> listeners = new CopyOnWriteArrayList<>();

    /** A listener that books what a recovering shard brings. */
    ShardListener of(int shard) {
        SlowSlices slow = new SlowSlices();
        return new ShardListener() {
            @Override
            public void topicCreated(String topic) {
                refs.computeIfAbsent(topic, name -> new TopicRef(name, shard));
                Directory.this.topicCreated(topic);
            }

            @Override
            public void topicDeleted(String topic) {
                Directory.this.topicDeleted(topic);
            }

            @Override
            public void groupCreated(String topic, String group) {
                Directory.this.groupCreated(topic, group);
            }

            @Override
            public void groupDeleted(String topic, String group) {
                Directory.this.groupDeleted(topic, group);
            }

            @Override
            public void trouble(String what) {
                LOG.warn("shard {}: {}", shard, what);
            }

            @Override
            public void failedCommand(String what, RuntimeException reason) {
                LOG.error("shard {}: {} failed by a defect and was refused; the shard goes on", shard, what, reason);
            }

            @Override
            public void slowSlice(Slices.Part part, long nanos) {
                slow.log(shard, part, nanos);
            }
        };
    }

    /** Where the topic lives, or will live. A name that never existed is not kept, so asking costs no memory. */
    TopicRef ref(String name, List<ShardSlot> shards) {
        TopicRef known = refs.get(name);
        return known != null ? known : new TopicRef(name, Math.floorMod(name.hashCode(), shards.size()));
    }

    void add(TopologyListener listener) {
        listeners.add(listener);
    }

    @Override
    public void topicCreated(String topic) {
        for (TopologyListener listener : listeners) {
            listener.topicCreated(topic);
        }
    }

    @Override
    public void topicDeleted(String topic) {
        for (TopologyListener listener : listeners) {
            listener.topicDeleted(topic);
        }
    }

    @Override
    public void groupCreated(String topic, String group) {
        for (TopologyListener listener : listeners) {
            listener.groupCreated(topic, group);
        }
    }

    @Override
    public void groupDeleted(String topic, String group) {
        for (TopologyListener listener : listeners) {
            listener.groupDeleted(topic, group);
        }
    }
}
