package dev.millrace.door.nsq;

import dev.millrace.door.nsq.latency.LatencyBook;
import dev.millrace.door.nsq.tcp.Hub;
import dev.millrace.node.TopologyListener;

/** What follows when topics and channels go: references are dropped, an ephemeral topic goes with its last channel. */
final class Housekeeping implements TopologyListener {
    private final Hub hub;

    Housekeeping(Hub hub) {
        this.hub = hub;
    }

    @Override
    public void topicCreated(String topic) {
        // Nothing depends on it.
    }

    @Override
    public void topicDeleted(String topic) {
        hub.forget(topic);
    }

    @Override
    public void groupCreated(String topic, String group) {
        // Nothing depends on it.
    }

    @Override
    public void groupDeleted(String topic, String group) {
        LatencyBook latencies = hub.latencies();
        if (latencies != null) {
            latencies.forget(topic, group);
        }
        var _ = hub.ephemerals().topicIfUnused(topic);
    }
}
