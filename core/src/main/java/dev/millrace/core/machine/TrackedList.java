package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the messages of a group of a tracked topic, in the order of their ids, dead letters included.
 *
 * <p>
 * Owner thread only; {@link #next} looks at a bounded number of places, so a listing goes on over many calls.
 */
public final class TrackedList {
    /** States of a tracked message, as users know them. */
    public enum State {
        SCHEDULED, READY, LEASED, RETRYING, DEAD, DONE, CANCELLED, EXPIRED
    }

    /**
     * One message.
     *
     * @param id
     *            its id
     * @param state
     *            now
     * @param standing
     *            how far it has come
     * @param places
     *            where in the log the rest of it is
     */
    public record Entry(long id, State state, Standing standing, Places places) {}

    /**
     * How far a message has come.
     *
     * @param attempts
     *            deliveries begun
     * @param maxAttempts
     *            its own, or those of its group; 0: no limit
     * @param priority
     *            0..9
     * @param untilMillis
     *            time at which it is due, its lease ends, or it is forgotten; 0 when it waits for none of these
     * @param untilByWall
     *            that is an instant of wall time, not of elapsed time
     * @param stopAsked
     *            it was cancelled while a worker has it
     */
    public record Standing(int attempts, int maxAttempts, int priority, long untilMillis, boolean untilByWall,
            boolean stopAsked) {}

    /**
     * Where in the log a message stands, and what was said of it.
     *
     * @param location
     *            of the record with its body
     * @param index
     *            in that record
     * @param bytesAtMost
     *            no body is longer: the length of that record
     * @param attempts
     *            of the notes that its failed attempts left
     * @param outputs
     *            of what its workers said
     */
    public record Places(long location, int index, long bytesAtMost, List<Long> attempts, List<Long> outputs) {}

    private static final int PLACES = 1_000;

    private final dev.millrace.core.machine.State shard;
    private final Group group;
    private final Tracking tracking;
    private long seq;
    private int ordinal;
    private long lastId;

    /**
     * @param afterId
     *            the listing begins with the first message after this one; 0: with the first of all
     */
    TrackedList(dev.millrace.core.machine.State shard, Group group, long afterId) {
        this.shard = shard;
        this.group = group;
        tracking = group.tracking();
        lastId = afterId;
        ChunkTable chunks = group.topic.chunks;
        ordinal = chunks.skipDropped(chunks.ordinalAfter(afterId));
        seq = ordinal < chunks.size() ? chunks.seqAfter(ordinal, afterId) : group.topic.nextSeq;
    }

    /** The message with this id, or null when it is not here any more. */
    static @Nullable Entry find(dev.millrace.core.machine.State shard, Group group, long id) {
        long seq = group.topic.seqOf(id);
        return seq < 0 ? null : entry(shard, group, group.tracking(), seq, group.topic.chunks.find(seq));
    }

    /** Id of the last message looked at, which is where a listing can go on. */
    public long lastId() {
        return lastId;
    }

    /** Whether everything was looked at. */
    public boolean isDone() {
        return ordinal >= group.topic.chunks.size();
    }

    /** The next message in this state, any if null; null also when none was found among the next thousand places. */
    public @Nullable Entry next(@Nullable State wanted) {
        ChunkTable chunks = group.topic.chunks;
        for (int looked = 0; looked < PLACES && !isDone(); looked++) {
            boolean live = chunks.isLive(ordinal);
            if (!live || seq >= chunks.firstSeq(ordinal) + chunks.count(ordinal)) {
                ordinal = chunks.skipDropped(ordinal + 1);
                seq = isDone() ? group.topic.nextSeq : Math.max(seq, chunks.firstSeq(ordinal));
                continue;
            }
            lastId = Ids.plus(chunks.firstId(ordinal), (int) (seq - chunks.firstSeq(ordinal)));
            Entry entry = entry(shard, group, tracking, seq++, ordinal);
            if (entry != null && (wanted == null || wanted == entry.state)) {
                return entry;
            }
        }
        return null;
    }

    static @Nullable Entry entry(dev.millrace.core.machine.State shard, Group group, Tracking tracking,
            long seq, int ordinal) {
        boolean isDead = tracking.deadNumber(seq) >= 0;
        RowTable table = isDead ? tracking.dead : tracking.rows;
        long status = table.get(seq + 1, Tracking.STATUS);
        State now = isDead ? State.DEAD : state(Status.state(status));
        if (now == null) {
            return null;
        }
        long link = table.get(seq + 1, Tracking.LINK);
        long until = switch (now) {
            case SCHEDULED, RETRYING, DONE, CANCELLED, EXPIRED -> isUntilKnown(status) ? link : 0;
            case LEASED -> shard.leases.deadline((int) link);
            case READY, DEAD -> 0;
        };
        int own = group.topic.keys().terms.get(Status.terms(status)).maxAttempts();
        ChunkTable chunks = group.topic.chunks;
        long index = seq - chunks.firstSeq(ordinal);
        long id = Ids.plus(chunks.firstId(ordinal), (int) index);
        Standing standing = new Standing(Status.attempts(status), own > 0 ? own : group.maxAttempts,
                Status.priority(status), until,
                now == State.SCHEDULED && (Status.flags(status) & Tracking.BY_WALL) != 0,
                now == State.LEASED && (Status.flags(status) & Tracking.CANCEL) != 0);
        Places places = new Places(chunks.location(ordinal), (int) index, (long) chunks.units(ordinal) << 6,
                notes(isDead ? group.deadNotes : group.notes, seq), notes(tracking.outputs, seq));
        return new Entry(id, now, standing, places);
    }

    /** Not of what waits for the rest of its group key or the end of its batch, or has its place in a line there still. */
    private static boolean isUntilKnown(long status) {
        return Status.state(status) != Tracking.GATHERED && Status.state(status) != Tracking.HELD
                && (Status.flags(status) & Tracking.IN_LINE) == 0;
    }

    private static List<Long> notes(NoteTable table, long seq) {
        return Arrays.stream(Notes.locations(table, seq << 16)).boxed().toList();
    }

    private static @Nullable State state(int internal) {
        return switch (internal) {
            case Tracking.SCHEDULED, Tracking.GATHERED, Tracking.HELD -> State.SCHEDULED;
            case Tracking.READY, Tracking.PARKED, Tracking.LIMITED -> State.READY;
            case Tracking.LEASED -> State.LEASED;
            case Tracking.RETRYING -> State.RETRYING;
            case Tracking.KEPT -> State.DONE;
            case Tracking.KEPT_CANCELLED -> State.CANCELLED;
            case Tracking.KEPT_EXPIRED -> State.EXPIRED;
            default -> null;
        };
    }
}
