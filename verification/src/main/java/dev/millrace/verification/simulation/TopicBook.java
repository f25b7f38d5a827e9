package dev.millrace.verification.simulation;

import dev.millrace.core.shard.TopicRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What clients know of a topic. */
final class TopicBook {
    final String name;
    final int shard;
    /** As the node of the present process keeps it. */
    TopicRef ref;
    final List<Message> messages = new ArrayList<>();
    final Map<String, GroupBook> groups = new LinkedHashMap<>();
    /** Purges of what waits in the topic. */
    final List<Span> empties = new ArrayList<>();
    /** Of tasks. */
    boolean isQueue;
    boolean everPaused;
    long deleteSubmittedOrder = Long.MAX_VALUE;
    boolean deleteAnswered;
    Counters counters = Counters.NONE;

    TopicBook(String name, int shard) {
        this.name = name;
        this.shard = shard;
        ref = new TopicRef(name, shard);
    }

    void newProcess() {
        ref = new TopicRef(name, shard);
    }

    boolean isLive() {
        return deleteSubmittedOrder == Long.MAX_VALUE;
    }
}
