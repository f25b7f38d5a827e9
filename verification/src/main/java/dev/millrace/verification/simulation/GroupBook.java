package dev.millrace.verification.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What clients know of a group. */
final class GroupBook {
    final TopicBook topic;
    final String name;
    /** The first group that anybody asked for in its topic: it gets what the topic kept. */
    final boolean first;
    final Map<Message, Entry> entries = new LinkedHashMap<>();
    /** When an answer said that it exists. */
    long confirmedOrder = Long.MAX_VALUE;
    final List<Span> empties = new ArrayList<>();
    final List<Span> redrives = new ArrayList<>();
    final List<Span> deadPurges = new ArrayList<>();
    /** The least number of attempts, above 0, after which its policy may ever have given up. */
    int leastMaxAttempts = Integer.MAX_VALUE;
    long deleteSubmittedOrder = Long.MAX_VALUE;
    boolean deleteAnswered;
    Counters counters = Counters.NONE;

    GroupBook(TopicBook topic, String name, boolean first) {
        this.topic = topic;
        this.name = name;
        this.first = first;
    }

    Entry entry(Message message) {
        return entries.computeIfAbsent(message, missing -> new Entry(this, missing));
    }

    boolean isLive() {
        return deleteSubmittedOrder == Long.MAX_VALUE && topic.isLive();
    }

    /** Whether the group must bring this message to its end. */
    boolean mustGet(Message message) {
        boolean offered = first || message.submitted.order() > confirmedOrder;
        boolean purged = empties.stream().anyMatch(span -> span.endedOrder > message.submitted.order())
                || topic.empties.stream().anyMatch(span -> span.endedOrder > message.submitted.order());
        return isLive() && confirmedOrder != Long.MAX_VALUE && offered && !purged;
    }

    @Override
    public String toString() {
        return topic.name + ":" + name;
    }
}
