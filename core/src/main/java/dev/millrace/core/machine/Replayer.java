package dev.millrace.core.machine;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.message.BodyLayout;
import java.nio.ByteBuffer;

/**
 * Applies the records of recovered batches to a machine that does not serve yet.
 *
 * <p>
 * A record that cannot be applied (unknown kind or version, or against an invariant) is an {@link IllegalStateException}
 * that names its position; {@code millrace log dump} shows it.
 */
public final class Replayer {
    private final Machine machine;
    private final Applier applier;
    private final State state;
    private final TrackedReplayer tracked;
    private long snapshotHash;

    public Replayer(Machine machine) {
        this.machine = machine;
        applier = machine.applier;
        state = machine.state;
        tracked = new TrackedReplayer(applier, this::slot);
    }

    /** Loads a snapshot into the still empty machine. */
    public void snapshot(SnapshotReader snapshot) {
        snapshotHash = Image.read(new ImageSource(snapshot), applier);
    }

    /**
     * Whether the machine, which has loaded a snapshot and nothing else, is what the snapshot's own hash says; true for
     * snapshots older than that. Takes as long as looking at the whole state.
     */
    public boolean isAsSaved() {
        return snapshotHash == 0 || new Image(state).hash() == snapshotHash;
    }

    /** Applies all records of a batch, from the buffer's position to its limit. */
    public void batch(long position, ByteBuffer records) {
        while (records.remaining() >= Records.HEADER_BYTES) {
            int start = records.position();
            byte kind = records.get(start);
            int length = records.getInt(start + 4);
            try {
                if (length < Records.HEADER_BYTES || length > records.remaining()) {
                    throw new IllegalStateException("impossible length " + length);
                }
                if (records.get(start + 1) < 1 || records.get(start + 1) > Records.version(kind)) {
                    throw new IllegalStateException("version " + records.get(start + 1)
                            + " is not known to this release; open the folder with a newer one");
                }
                ByteBuffer record = records.slice(start, length);
                record.position(Records.HEADER_BYTES);
                apply(kind, record, Location.of(position, start / Location.OFFSET_UNIT * Location.OFFSET_UNIT));
            } catch (RuntimeException e) {
                throw new IllegalStateException("record " + Records.name(kind) + " at position " + position + " offset "
                        + start + " cannot be applied: " + e.getMessage(), e);
            }
            records.position(start + length);
        }
        applier.sweep();
    }

    private void apply(byte kind, ByteBuffer record, long location) {
        switch (kind) {
            case Records.PAD -> {
                // a gap
            }
            case BodyLayout.PUBLISH, BodyLayout.DEFER, BodyLayout.ENQUEUE -> bodies(kind, record, location);
            case Records.LEASE_EACH, Records.KEEP, Records.END, Records.TRACK, Records.GROUP_LIMITS,
                    Records.TOPIC_TRACK, Records.OUTPUT, Records.GROUP_GATHER, Records.BATCH_CLOSE, Records.MAIL_SENT,
                    Records.MAIL_ADDRESS, Records.MAIL_RECEIVED, Records.ARCHIVE, Records.OVER_KEPT ->
                    tracked.apply(kind, record, location);
            case Records.LEASE -> lease(record);
            case Records.ACK -> acks(record);
            case Records.RETRY -> retries(record);
            case Records.EXTEND -> extensions(record);
            case Records.DUE, Records.DUE_BY_WALL -> dues(record, kind == Records.DUE_BY_WALL);
            case Records.DEAD -> dead(record);
            case Records.ATTEMPT -> attempt(record, location);
            case Records.REDRIVE, Records.DEAD_PURGE -> deadItems(kind, record);
            case Records.DROP -> drop(record);
            case Records.ONCE -> once(record);
            case Records.MOVE -> Relocation.apply(applier, record);
            default -> topology(kind, record);
        }
    }

    private void once(ByteBuffer record) {
        while (record.remaining() >= 40) {
            Topic topic = state.topic(record.getInt());
            record.getInt();
            Uniques.Key key = new Uniques.Key(record.getLong(), record.getLong());
            long id = record.getLong();
            applier.operated.once(topic, key, id, record.getLong());
        }
    }

    private void drop(ByteBuffer record) {
        int flags = record.getShort(2);
        if ((flags & Records.FLAG_HISTORY) != 0) {
            applier.operated.forget(state.topic(record.getInt(8)), record.getLong(16));
        } else if ((flags & Records.FLAG_ONE_GROUP) == 0) {
            applier.drop(state.topic(record.getInt(8)), record.getLong(16));
        } else {
            applier.drop(state.group(record.getInt(12)), record.getLong(16));
        }
    }

    private void topology(byte kind, ByteBuffer record) {
        boolean ephemeral = (record.getShort(2) & Records.FLAG_EPHEMERAL) != 0;
        int number = record.getInt();
        switch (kind) {
            case Records.TOPIC_CREATE -> applier.createTopic(number, RecordWriter.string(record), ephemeral);
            case Records.GROUP_CREATE -> {
                Topic topic = state.topic(record.getInt());
                long startSeq = record.getLong();
                applier.createGroup(number, topic, RecordWriter.string(record), ephemeral, startSeq);
            }
            case Records.TOPIC_DELETE -> applier.deleteTopic(state.topic(number));
            case Records.GROUP_DELETE -> applier.deleteGroup(state.group(number));
            case Records.TOPIC_EMPTY -> applier.emptyTopic(state.topic(number), record.getInt() != 0);
            case Records.GROUP_EMPTY -> applier.emptyGroup(state.group(number));
            case Records.TOPIC_PAUSE -> applier.pauseTopic(state.topic(number), record.getInt() != 0);
            case Records.GROUP_PAUSE -> applier.pauseGroup(state.group(number), record.getInt() != 0);
            case Records.GROUP_POLICY -> {
                Group group = state.group(number);
                applier.operated.policy(group, new Backoff(record.getInt(), record.getLong(), record.getLong(),
                        record.get(1) == 1 ? Backoff.jitterBeforeFormat4(group.topic) : record.getInt()));
            }
            case Records.TOPIC_HISTORY -> applier.operated.history(state.topic(number), record.getLong(16),
                    record.getLong(24), record.getLong(32));
            case Records.GROUP_REPLAY -> applier.operated.replay(state.group(number), record.getLong(16));
            case Records.DEAD_JOB -> applier.operated.deadJob(state.group(number), record.getInt());
            default -> throw new IllegalStateException("unknown kind " + kind
                    + "; the folder was written by a newer release");
        }
    }

    private void bodies(byte kind, ByteBuffer record, long location) {
        Topic topic = state.topic(record.getInt(BodyLayout.TOPIC));
        int count = record.getInt(BodyLayout.COUNT);
        int bodies = record.getInt(BodyLayout.BODIES_BYTES);
        long firstId = record.getLong(BodyLayout.FIRST_ID);
        Published published = new Published(location, count, bodies - (long) Integer.BYTES * count,
                SegmentUse.units(record.limit()), firstId);
        if (kind == BodyLayout.DEFER) {
            boolean byWall = (record.getShort(BodyLayout.FLAGS) & BodyLayout.FLAG_BY_WALL) != 0;
            applier.deferred(topic, published, record.getLong(BodyLayout.EXTRA), byWall);
            return;
        }
        require(record.getLong(BodyLayout.EXTRA) == topic.nextSeq, "its first sequence does not follow");
        if (kind == BodyLayout.ENQUEUE) {
            applier.tracked.enqueued(topic, published, record, 0);
        } else {
            applier.published(topic, published);
        }
    }

    private void lease(ByteBuffer record) {
        Group group = state.group(record.getInt());
        int consumer = record.getInt();
        long deadline = record.getLong();
        int returned = record.getInt();
        int fresh = record.getInt();
        require(returned <= group.returned.size(), "more given back than there are");
        require(fresh <= group.fresh(), "more fresh messages than there are");
        applier.lease(group, consumer, deadline, returned, fresh, DeliverySink.NONE);
    }

    private void acks(ByteBuffer record) {
        boolean filtered = (record.getShort(2) & Records.FLAG_FILTERED) != 0;
        while (record.remaining() >= 8) {
            applier.acked(slot(record), filtered);
        }
    }

    private void retries(ByteBuffer record) {
        while (record.remaining() >= 16) {
            int slot = slot(record);
            long dueAndReason = record.getLong();
            applier.retry(slot, dueAndReason >>> 8, (int) dueAndReason & 0xFF);
        }
    }

    private void extensions(ByteBuffer record) {
        while (record.remaining() >= 16) {
            int slot = slot(record);
            applier.extend(slot, record.getLong());
        }
    }

    private void dues(ByteBuffer record, boolean byWall) {
        while (record.remaining() >= (byWall ? 24 : 16)) {
            long id = record.getLong();
            long payload = record.getLong();
            applier.due(id, payload, byWall ? record.getLong() : 0);
        }
    }

    private void dead(ByteBuffer record) {
        int slot = slot(record);
        long wallMillis = record.getLong();
        int reason = record.getInt();
        applier.dead(slot, wallMillis, reason, RecordWriter.string(record));
    }

    private void attempt(ByteBuffer record, long location) {
        Group group = state.group(record.getInt(Attempt.GROUP));
        applier.noted(group, record.getLong(Attempt.SEQ), record.getInt(Attempt.NUMBER), location,
                SegmentUse.units(record.limit()));
    }

    private void deadItems(byte kind, ByteBuffer record) {
        while (record.remaining() >= 8) {
            Group group = state.group(record.getInt());
            int number = record.getInt();
            require(group.deadTable.holds(number), "no such dead letter");
            if (kind == Records.REDRIVE) {
                applier.redrive(group, number);
            } else {
                applier.purgeDead(group, number);
            }
        }
    }

    /** Reads a slot and the low half of its message's sequence, which must agree with the table. */
    private int slot(ByteBuffer record) {
        int slot = record.getInt();
        int seq = record.getInt();
        require(state.leases.isLive(slot) && (int) state.leases.seq(slot) == seq, "slot " + slot + " is not leased so");
        return slot;
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    /** The machine that is being recovered. */
    public Machine machine() {
        return machine;
    }
}
