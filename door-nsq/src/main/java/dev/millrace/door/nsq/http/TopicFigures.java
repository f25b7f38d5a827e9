package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.latency.LatencyBook.Summary;
import dev.millrace.door.nsq.tcp.ClientSnapshot;
import java.util.List;

/** What nsqd's stats say of a topic. */
record TopicFigures(String name, List<ChannelFigures> channels, long depth, long messages, long bytes, boolean paused,
        Summary latency) {
    /** What nsqd's stats say of a channel. */
    record ChannelFigures(String name, long depth, Flow flow, long clientCount, List<ClientSnapshot> clients,
            boolean paused,
            Summary latency) {}

    /** Counts of a channel. */
    record Flow(long inFlight, long deferred, long messages, long requeued, long timedOut) {}
}
