package dev.millrace.verification.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What clients know of a group. */
final class GroupBook {
    final TopicBook topic;
    final String name;
    final Map<Message, Entry> entries = new LinkedHashMap<>();
    /** When anybody first asked for it to be there. */
    long askedOrder = Long.MAX_VALUE;
    /** When an answer said that it exists. */
    long confirmedOrder = Long.MAX_VALUE;
    final List<Span> empties = new ArrayList<>();
    final List<Span> redrives = new ArrayList<>();
    final List<Span> deadPurges = new ArrayList<>();
    /** Its policy was ever asked to give up after some number of attempts. */
    boolean everLimited;
    long deleteSubmittedOrder = Long.MAX_VALUE;
    boolean deleteAnswered;
    Counters counters = Counters.NONE;
    /** What is known of it as a task queue, if it is one. */
    @Nullable TaskQueue queue;

    GroupBook(TopicBook topic, String name) {
        this.topic = topic;
        this.name = name;
    }

    void askedFor(long order) {
        askedOrder = Math.min(askedOrder, order);
    }

    /** Whether it existed before any other group of its topic could: it gets what the topic kept. */
    private boolean isFirst() {
        return topic.groups.values().stream().allMatch(other -> other == this || other.askedOrder > confirmedOrder);
    }

    Entry entry(Message message) {
        return entries.computeIfAbsent(message, missing -> new Entry(this, missing));
    }

    boolean isLive() {
        return deleteSubmittedOrder == Long.MAX_VALUE && topic.isLive();
    }

    /** Whether the group must bring this message to its end. */
    boolean mustGet(Message message) {
        boolean offered = isFirst() || message.submitted.order() > confirmedOrder;
        boolean purged = empties.stream().anyMatch(span -> span.endedOrder > message.submitted.order())
                || topic.empties.stream().anyMatch(span -> span.endedOrder > message.submitted.order());
        return isLive() && confirmedOrder != Long.MAX_VALUE && offered && !purged;
    }

    @Override
    public String toString() {
        return topic.name + ":" + name;
    }
}
