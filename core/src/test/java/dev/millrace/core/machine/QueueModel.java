package dev.millrace.core.machine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a queue machine should do, as plainly as Java collections can say it: one object per message and group.
 *
 * <p>
 * Where the machine may choose an order (what fell due together), the model takes the machine's after having checked
 * that the content is the same.
 */
final class QueueModel {
    enum Status {
        READY, LEASED, RETRYING, DONE, DEAD, PURGED, FILTERED, DROPPED
    }

    record Message(long id, ByteBuffer body) {}

    record Scheduled(Message message, long dueMillis) {}

    /** A message in a group that is not untouched any more. */
    static final class Entry {
        final MGroup group;
        final long seq;
        Status status = Status.READY;
        int attempts;
        long token;
        int consumer;
        long deadlineMillis;
        /** After a crash the lease does not end by time before. */
        long graceEndMillis;
        long dueMillis;
        int reason;
        /** What its last attempts left. */
        final List<Attempt> history = new ArrayList<>();

        Entry(MGroup group, long seq) {
            this.group = group;
            this.seq = seq;
        }
    }

    static final class MTopic {
        final String name;
        boolean paused;
        final List<Message> joined = new ArrayList<>();
        final List<Scheduled> scheduled = new ArrayList<>();
        final Map<String, MGroup> groups = new LinkedHashMap<>();
        /** Purged while a pause held them back. */
        final TreeSet<Long> gaps = new TreeSet<>();
        long offered;
        long held;
        long accepted;
        long bytes;
        long purged;
        long dropped;
        boolean keepsHistory;
        long history;

        MTopic(String name) {
            this.name = name;
        }

        long earliest() {
            return groups.isEmpty() ? held : groups.values().stream().mapToLong(g -> g.cursor).min().orElseThrow();
        }

        long kept() {
            return keepsHistory ? Math.min(history, earliest()) : earliest();
        }

        void offer() {
            if (!paused) {
                offered = joined.size();
            }
        }
    }

    static final class MGroup {
        final MTopic topic;
        final String name;
        final long start;
        long cursor;
        boolean paused;
        int maxAttempts;
        long minBackoffMillis;
        long maxBackoffMillis;
        int jitterPercent;
        long retries;
        long timeouts;
        long redriven;
        long replayed;
        /** Dead letters of offers that a replay has put others in the place of. */
        final List<Entry> earlier = new ArrayList<>();
        /** The other states that such offers have, all for good. */
        final EnumMap<Status, Long> past = new EnumMap<>(Status.class);
        /** Entries of touched messages; a redrive keeps the entry. */
        final TreeMap<Long, Entry> entries = new TreeMap<>();
        /** Ready again, in order; the last {@code unordered} ones fell due together. */
        final List<Entry> returned = new ArrayList<>();
        int unorderedReturned;
        final List<Entry> dead = new ArrayList<>();
        int unorderedDead;

        MGroup(MTopic topic, String name, long start) {
            this.topic = topic;
            this.name = name;
            this.start = start;
            this.cursor = start;
        }

        long count(Status status) {
            return Stream.concat(entries.values().stream(), earlier.stream())
                    .filter(entry -> entry.status == status)
                    .count() + past.getOrDefault(status, 0L);
        }

        long ready() {
            return returned.size() + Math.max(0, topic.offered - cursor)
                    - topic.gaps.tailSet(cursor).size();
        }

        /** Counts what no group gets, and passes over it. */
        void skipGaps(long from) {
            for (long seq : topic.gaps.tailSet(from)) {
                Entry entry = new Entry(this, seq);
                entry.status = Status.PURGED;
                entries.put(seq, entry);
            }
            while (topic.gaps.contains(cursor)) {
                cursor++;
            }
        }

        void giveBack(Entry entry) {
            entry.status = Status.READY;
            returned.add(entry);
            unorderedReturned++;
        }
    }

    final Map<String, MTopic> topics = new TreeMap<>();
    /** Every token ever given, and what it was for. */
    final List<Long> tokens = new ArrayList<>();
    final Map<Long, Entry> byToken = new TreeMap<>();
    long lastId;
    /** Wall time of what happens. */
    long wallMillis;

    MTopic topic(String name) {
        return topics.computeIfAbsent(name, MTopic::new);
    }

    void publish(MTopic topic, Message message) {
        accept(topic, message);
        topic.joined.add(message);
        topic.offer();
    }

    void defer(MTopic topic, Message message, long dueMillis) {
        accept(topic, message);
        topic.scheduled.add(new Scheduled(message, dueMillis));
    }

    private void accept(MTopic topic, Message message) {
        if (message.id <= lastId) {
            throw new AssertionError("id " + message.id + " after " + lastId);
        }
        lastId = message.id;
        topic.accepted++;
        topic.bytes += message.body.capacity();
    }

    MGroup createGroup(MTopic topic, String name, boolean earliest) {
        MGroup known = topic.groups.get(name);
        if (known != null) {
            return known;
        }
        long start = earliest ? topic.earliest() : topic.offered;
        if (topic.groups.isEmpty()) {
            topic.held = start;
        }
        MGroup group = new MGroup(topic, name, start);
        topic.groups.put(name, group);
        group.skipGaps(start);
        return group;
    }

    void deleteGroup(MGroup group) {
        drop(group);
        group.topic.groups.remove(group.name);
        if (group.topic.groups.isEmpty()) {
            group.topic.held = group.topic.offered;
        }
    }

    void deleteTopic(MTopic topic) {
        topic.groups.values().forEach(this::drop);
        topics.remove(topic.name);
    }

    private void drop(MGroup group) {
        byToken.values().removeIf(entry -> entry.group == group);
    }

    void emptyTopic(MTopic topic) {
        topic.purged += topic.scheduled.size();
        topic.scheduled.clear();
        if (topic.groups.isEmpty()) {
            topic.held = topic.joined.size();
            topic.offered = topic.joined.size();
            return;
        }
        long from = topic.offered;
        for (; topic.offered < topic.joined.size(); topic.offered++) {
            topic.gaps.add(topic.offered);
        }
        topic.groups.values().forEach(group -> group.skipGaps(from));
    }

    /** The oldest go until so many wait for the slowest group, as far as that is possible. */
    void keep(MTopic topic, long most) {
        long excess = topic.joined.size() - topic.earliest() + topic.scheduled.size() - most;
        long until = Math.min(topic.groups.isEmpty() ? topic.joined.size() : topic.offered,
                topic.earliest() + Math.max(0, excess));
        if (topic.groups.isEmpty()) {
            topic.dropped += until - topic.held;
            topic.held = until;
            topic.offered = Math.max(topic.offered, until);
        }
        for (MGroup group : topic.groups.values()) {
            for (; group.cursor < until || topic.gaps.contains(group.cursor); group.cursor++) {
                if (!topic.gaps.contains(group.cursor)) {
                    Entry entry = new Entry(group, group.cursor);
                    entry.status = Status.DROPPED;
                    group.entries.put(group.cursor, entry);
                }
            }
        }
    }

    void emptyGroup(MGroup group) {
        for (; group.cursor < group.topic.offered; group.cursor++) {
            group.entries.putIfAbsent(group.cursor, new Entry(group, group.cursor));
        }
        drop(group);
        for (Entry entry : group.entries.values()) {
            if (entry.status == Status.READY || entry.status == Status.LEASED || entry.status == Status.RETRYING) {
                entry.status = Status.PURGED;
            }
        }
        group.returned.clear();
        group.unorderedReturned = 0;
    }

    /** A delivery that the machine made. */
    void leased(MGroup group, long id, Entry lease) {
        Entry entry;
        if (lease.attempts == 1 && group.cursor < group.topic.offered
                && group.topic.joined.get((int) group.cursor).id == id) {
            entry = new Entry(group, group.cursor++);
            group.entries.put(entry.seq, entry);
            group.skipGaps(group.cursor);
        } else {
            entry = group.returned.removeFirst();
            if (group.topic.joined.get((int) entry.seq).id != id) {
                throw new AssertionError("delivered " + id + " out of its turn");
            }
        }
        if (entry.status != Status.READY || lease.attempts != Math.min(entry.attempts + 1, 0xFFFF)) {
            throw new AssertionError("delivered " + entry.status + " attempt " + lease.attempts + " after "
                    + entry.attempts);
        }
        entry.status = Status.LEASED;
        entry.attempts = lease.attempts;
        entry.token = lease.token;
        entry.consumer = lease.consumer;
        entry.deadlineMillis = lease.deadlineMillis;
        entry.graceEndMillis = 0;
        if (byToken.put(lease.token, entry) != null) {
            throw new AssertionError("token given twice");
        }
        tokens.add(lease.token);
    }

    /** The entry that this token still leases, or null. */
    @Nullable
    Entry live(long token) {
        return byToken.get(token);
    }

    void end(Entry entry, Status status) {
        byToken.remove(entry.token);
        entry.status = status;
    }

    void retry(Entry entry, long delayMillis, int reason, long nowMillis) {
        byToken.remove(entry.token);
        if (reason == Records.REASON_RETRY) {
            entry.group.retries++;
        } else if (reason == Records.REASON_TIMEOUT) {
            entry.group.timeouts++;
        }
        if (delayMillis == 0) {
            entry.group.giveBack(entry);
        } else {
            entry.status = Status.RETRYING;
            entry.dueMillis = nowMillis + 1 + delayMillis;
        }
    }

    /** An attempt failed without the worker naming a delay, or naming one. */
    void fail(Entry entry, long delayMillis, int reason, long nowMillis) {
        fail(entry, delayMillis, reason, nowMillis, null);
    }

    /** The same, with what the worker said. */
    void fail(Entry entry, long delayMillis, int reason, long nowMillis, @Nullable String error) {
        MGroup group = entry.group;
        if (group.maxAttempts > 0 && entry.attempts >= group.maxAttempts) {
            bury(entry, reason, error);
            return;
        }
        if (group.maxAttempts > 0 || error != null) {
            note(entry, reason, error == null ? "" : error);
        }
        retry(entry, delayMillis >= 0 ? delayMillis : backoff(entry), reason, nowMillis);
    }

    private static long backoff(Entry entry) {
        long delay = backoff(entry.group, entry.attempts);
        return delay - Endings.jitter(entry.seq << 16 | entry.attempts, delay * entry.group.jitterPercent / 100);
    }

    private static long backoff(MGroup group, int attempts) {
        long delay = group.minBackoffMillis;
        for (int i = 1; i < attempts && delay < group.maxBackoffMillis; i++) {
            delay *= 2;
        }
        return Math.min(delay, group.maxBackoffMillis);
    }

    private void note(Entry entry, int reason, String error) {
        // The last five; one that left no note makes no room.
        entry.history.removeIf(old -> Math.floorMod(entry.attempts - old.number() + 3, 8) < 4);
        entry.history.add(new Attempt(entry.attempts, wallMillis, Records.attemptReason(reason), error));
    }

    void bury(Entry entry, int reason, @Nullable String error) {
        if (error != null) {
            note(entry, reason, error);
        }
        for (Entry other : entry.group.dead) {
            if (other.seq == entry.seq) {
                other.history.clear();
                other.history.addAll(entry.history);
            }
        }
        end(entry, Status.DEAD);
        entry.reason = reason;
        entry.group.dead.add(entry);
        entry.group.unorderedDead++;
    }

    /** What the group has taken from this sequence on is offered anew; what it had not finished is purged. */
    long replay(MGroup group, long seq) {
        long from = Math.max(seq, group.topic.kept());
        if (from >= group.cursor) {
            return 0;
        }
        boolean underWay = group.entries.values()
                .stream()
                .anyMatch(entry -> entry.status == Status.READY || entry.status == Status.LEASED
                        || entry.status == Status.RETRYING);
        if (underWay) {
            emptyGroup(group);
        }
        long count = group.cursor - from - group.topic.gaps.subSet(from, group.cursor).size();
        // What lies in a gap was never offered: its entry stays.
        List<Entry> again = group.entries.tailMap(from)
                .values()
                .stream()
                .filter(entry -> entry.seq < group.cursor && !group.topic.gaps.contains(entry.seq))
                .toList();
        for (Entry entry : again) {
            group.entries.remove(entry.seq);
            if (entry.status == Status.DEAD) {
                group.earlier.add(entry);
            } else {
                group.past.merge(entry.status, 1L, Long::sum);
            }
        }
        group.replayed += count;
        group.cursor = from;
        while (group.topic.gaps.contains(group.cursor)) {
            group.cursor++;
        }
        return count;
    }

    void redrive(Entry entry) {
        if (entry.group.earlier.contains(entry)) {
            purgeDead(entry);
            return;
        }
        forgetNotes(entry);
        entry.group.dead.remove(entry);
        entry.group.redriven++;
        entry.attempts = 0;
        entry.history.clear();
        entry.group.giveBack(entry);
    }

    /** A message that a replay offered anew may be dead twice, and has the notes of the one that died last. */
    private static void forgetNotes(Entry entry) {
        entry.group.dead.stream().filter(other -> other.seq == entry.seq).forEach(other -> other.history.clear());
    }

    void purgeDead(Entry entry) {
        forgetNotes(entry);
        entry.group.dead.remove(entry);
        entry.status = Status.PURGED;
    }
}
