package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;

/**
 * Finds out what a topic may keep no longer, and drops it: only what no group has taken, oldest first. Owner thread only.
 */
public final class Retention {
    /** Chunks looked at in one slice. */
    private static final int SLICE = 1_000;

    private final Machine machine;
    private final Publisher publisher;
    private final Applier applier;

    Retention(Machine machine, Publisher publisher, Applier applier) {
        this.machine = machine;
        this.publisher = publisher;
        this.applier = applier;
    }

    /** {@link Topic#backlog} with what the open record holds. */
    public long backlog(Topic topic) {
        return topic.backlog() + publisher.pending(topic);
    }

    /** Drops the oldest until at most so many wait for the slowest group; returns whether that was possible. */
    public boolean toMessages(Topic topic, long most) {
        machine.finish();
        long excess = topic.backlog() - most;
        if (excess > 0) {
            drop(topic, Math.min(topic.offeredOrKept(), topic.earliestKept() + excess));
        }
        return topic.backlog() <= most;
    }

    /** Drops the oldest that the group has not taken until at most so many of them wait. */
    public void toMessages(Group group, long most) {
        machine.finish();
        long excess = group.fresh() - most;
        if (excess > 0) {
            long until = Math.min(group.topic.offeredSeq, group.cursor + excess);
            RecordWriter out = machine.out();
            out.begin(Records.DROP, Records.FLAG_ONE_GROUP, 16)
                    .putInt(group.topic.number)
                    .putInt(group.number)
                    .putLong(until);
            out.end();
            applier.drop(group, until);
        }
    }

    /** Drops the oldest, whole chunks, until so many bytes are free; returns whether that was possible. */
    public boolean bytes(Topic topic, long wanted) {
        machine.finish();
        ChunkTable chunks = topic.chunks;
        long freed = 0;
        int ordinal = topic.passed();
        int end = Math.min(chunks.size(), ordinal + SLICE);
        while (ordinal < end && freed < wanted) {
            freed += chunks.isLive(ordinal) && chunks.pending(ordinal) == 0 ? (long) chunks.units(ordinal) << 6 : 0;
            ordinal++;
        }
        return freed >= wanted && drop(topic, ordinal == chunks.size() ? topic.nextSeq : chunks.firstSeq(ordinal));
    }

    /** Drops what was published before this instant, a slice; returns whether nothing so old is left. */
    public boolean olderThan(Topic topic, long wallMillis) {
        machine.finish();
        ChunkTable chunks = topic.chunks;
        int ordinal = topic.passed();
        int end = Math.min(chunks.size(), ordinal + SLICE);
        int old = ordinal;
        for (; ordinal < end; ordinal++) {
            long bornMillis = bornMillis(topic, ordinal);
            if (bornMillis >= wallMillis) {
                break;
            }
            // When a deferred message was published is not known here: it goes with the next that is old.
            old = bornMillis == 0 ? old : ordinal + 1;
        }
        if (old > topic.passed()) {
            drop(topic, old == chunks.size() ? topic.nextSeq : chunks.firstSeq(old));
        }
        return ordinal < end || end == chunks.size();
    }

    /** Whether the oldest message that no group has taken was published before this instant. */
    public boolean isOlderThan(Topic topic, long wallMillis) {
        int end = Math.min(topic.chunks.size(), topic.passed() + SLICE);
        for (int ordinal = topic.passed(); ordinal < end; ordinal++) {
            long bornMillis = bornMillis(topic, ordinal);
            if (bornMillis != 0) {
                return bornMillis < wallMillis;
            }
        }
        return false;
    }

    /** Wall time at which the chunk was published, from its first id; 0 for a deferred message. */
    private static long bornMillis(Topic topic, int ordinal) {
        long id = topic.chunks.isLive(ordinal) ? topic.chunks.firstId(ordinal) : 0;
        return id == 0 ? 0 : Ids.millis(id);
    }

    private boolean drop(Topic topic, long seq) {
        long until = Math.min(seq, topic.offeredOrKept());
        if (until > topic.earliestKept()) {
            RecordWriter out = machine.out();
            out.begin(Records.DROP, 0, 16).putInt(topic.number).putInt(0).putLong(until);
            out.end();
            applier.drop(topic, until);
        }
        return until == seq;
    }
}
