package dev.millrace.node;

import dev.millrace.core.shard.MailRoute;
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
 * directory before anything is served. A name that does not exist has its home by its hash. One that was deleted is
 * forgotten, unless its home was another, as it may be once there are more shards: a door may still hold a reference, and
 * one name must not have two homes.
 *
 * <p>
 * Thread safety: all methods may be called from any thread.
 */
final class Directory implements TopologyListener {
    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);

    private final int shards;
    private final MailRoute mail;
    private final ConcurrentHashMap<String, TopicRef> refs = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<TopologyListener> listeners = new CopyOnWriteArrayList<>();

    /** @param slots filled later, with all shards */
    Directory(int shards, List<ShardSlot> slots) {
        this.shards = shards;
        mail = new NodeMail(this, slots);
    }

    /** How shards send each other mail. */
    MailRoute mail() {
        return mail;
    }

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
                if (homeByHash(topic) == shard) {
                    refs.remove(topic);
                }
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
            public void died(String topic, String group) {
                Directory.this.died(topic, group);
            }

            @Override
            public void batchEnded(String queue, long id) {
                Directory.this.batchEnded(queue, id);
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

    /** Where the topic lives, or will live. A name that does not exist is not kept, so asking costs no memory. */
    TopicRef ref(String name) {
        TopicRef known = refs.get(name);
        return known != null ? known : new TopicRef(name, homeByHash(name));
    }

    private int homeByHash(String name) {
        return Math.floorMod(name.hashCode(), shards);
    }

    /** Names that are kept. */
    int size() {
        return refs.size();
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

    @Override
    public void died(String topic, String group) {
        for (TopologyListener listener : listeners) {
            listener.died(topic, group);
        }
    }

    @Override
    public void batchEnded(String queue, long id) {
        for (TopologyListener listener : listeners) {
            listener.batchEnded(queue, id);
        }
    }
}
