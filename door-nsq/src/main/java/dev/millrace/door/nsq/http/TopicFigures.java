package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.tcp.ClientSnapshot;
import java.util.List;

/** What nsqd's stats say of a topic. */
record TopicFigures(String name, List<ChannelFigures> channels, long depth, long messages, long bytes, boolean paused,
        Latency latency) {
    /** What nsqd's stats say of a channel. */
    record ChannelFigures(String name, long depth, Flow flow, long clientCount, List<ClientSnapshot> clients,
            boolean paused,
            Latency latency) {}

    /** Counts of a channel. */
    record Flow(long inFlight, long deferred, long messages, long requeued, long timedOut) {}

    /** Publish-to-FIN times of a window. */
    record Latency(long count, List<Percentile> percentiles) {
        static final Latency NONE = new Latency(0, List.of());
    }

    /** A value in nanoseconds. */
    record Percentile(double quantile, double nanos) {}
}
