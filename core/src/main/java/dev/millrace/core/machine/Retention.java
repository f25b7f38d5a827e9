package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;

/**
 * Finds out what a topic may keep no longer, and drops it, oldest first: of the backlog what no group has taken, of the
 * history what all groups are done with. Owner thread only.
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
            drop(topic, Math.min(topic.offeredOrKept(), topic.slowest() + excess));
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

    /** Drops the oldest, whole chunks, history first, until so many bytes are free; returns whether that was possible. */
    public boolean bytes(Topic topic, long wanted) {
        machine.finish();
        long freed = topic.history() == 0 ? 0 : forget(topic, 0, topic.keptBytes() - swept(topic) - wanted);
        return bytesOfBacklog(topic, wanted - freed);
    }

    private boolean bytesOfBacklog(Topic topic, long wanted) {
        if (wanted <= 0) {
            return true;
        }
        ChunkTable chunks = topic.chunks;
        long freed = 0;
        int ordinal = topic.taken();
        int end = Math.min(chunks.size(), ordinal + SLICE);
        while (ordinal < end && freed < wanted) {
            freed += chunkBytes(topic, ordinal);
            ordinal++;
        }
        return freed >= wanted && drop(topic, ordinal == chunks.size() ? topic.nextSeq : chunks.firstSeq(ordinal));
    }

    /** Drops what was published before this instant, a slice; returns whether nothing so old is left. */
    public boolean olderThan(Topic topic, long wallMillis) {
        machine.finish();
        ChunkTable chunks = topic.chunks;
        int ordinal = topic.taken();
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
        if (old > topic.taken()) {
            drop(topic, old == chunks.size() ? topic.nextSeq : chunks.firstSeq(old));
        }
        return ordinal < end || end == chunks.size();
    }

    /** Whether the oldest message that no group has taken was published before this instant. */
    public boolean isOlderThan(Topic topic, long wallMillis) {
        int end = Math.min(topic.chunks.size(), topic.taken() + SLICE);
        for (int ordinal = topic.taken(); ordinal < end; ordinal++) {
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
        if (until > topic.slowest()) {
            RecordWriter out = machine.out();
            out.begin(Records.DROP, 0, 16).putInt(topic.number).putInt(0).putLong(until);
            out.end();
            applier.drop(topic, until);
        }
        return until == seq;
    }

    /** Forgets history that is too old or too much, a slice; returns whether nothing more is to be forgotten now. */
    public boolean history(Topic topic, long wallMillis) {
        if (!topic.keepsHistory() || topic.history() == 0) {
            return true;
        }
        machine.finish();
        int first = topic.passed();
        long oldest = topic.historyMillis == 0 ? 0 : wallMillis - topic.historyMillis;
        forget(topic, oldest, topic.historyBytes == 0 ? Long.MAX_VALUE : topic.historyBytes);
        return topic.history() == 0 || topic.passed() - first < SLICE;
    }

    /**
     * Forgets, in one slice, what was published before this instant, and more until the topic keeps at most so many
     * bytes; returns how many bytes that frees.
     */
    private long forget(Topic topic, long oldestMillis, long mostBytes) {
        ChunkTable chunks = topic.chunks;
        int first = topic.passed();
        int end = Math.min(topic.taken(), first + SLICE);
        int until = first;
        long kept = topic.keptBytes() - swept(topic);
        long freed = 0;
        for (int ordinal = first; ordinal < end; ordinal++) {
            long bornMillis = bornMillis(topic, ordinal);
            boolean tooMuch = kept - freed > mostBytes;
            if (!tooMuch && bornMillis != 0 && bornMillis >= oldestMillis) {
                break;
            }
            freed += chunkBytes(topic, ordinal);
            // When a deferred message was published is not known here: it goes with the next.
            until = tooMuch || bornMillis != 0 ? ordinal + 1 : until;
        }
        long seq = until == chunks.size() ? topic.nextSeq : chunks.firstSeq(until);
        if (until == first || seq <= topic.earliestKept()) {
            return 0;
        }
        RecordWriter out = machine.out();
        out.begin(Records.DROP, Records.FLAG_HISTORY, 16).putInt(topic.number).putInt(0).putLong(seq);
        out.end();
        applier.operated.forget(topic, seq);
        return freed;
    }

    /** Bytes of chunks that are kept no longer and not yet released. */
    private static long swept(Topic topic) {
        long bytes = 0;
        for (int ordinal = topic.swept; ordinal < Math.min(topic.passed(), topic.swept + SLICE); ordinal++) {
            bytes += chunkBytes(topic, ordinal);
        }
        return bytes;
    }

    /** What releasing the chunk would free now. */
    private static long chunkBytes(Topic topic, int ordinal) {
        boolean free = topic.chunks.isLive(ordinal) && topic.chunks.pending(ordinal) == 0;
        return free ? (long) topic.chunks.units(ordinal) << 6 : 0;
    }
}
