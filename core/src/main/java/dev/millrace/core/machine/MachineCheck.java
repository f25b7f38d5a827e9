package dev.millrace.core.machine;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.core.message.BodyLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Replays a log into a machine of its own and says what does not add up: the conservation law of every topic and group,
 * the deliveries under way that each chunk counts, and every body that is still needed.
 *
 * <p>
 * Use: let recovery feed {@link #target}, then {@link #problems}, then {@link #bodies} with the batches they stand in.
 * Thread safety: one thread.
 */
public final class MachineCheck {
    private final int shard;
    private final long segmentBytes;
    private final Machine machine;
    private final Replayer replayer;
    private final List<String> found = new ArrayList<>();

    /** Receives each body record that is still needed. */
    @FunctionalInterface
    public interface BodyVisitor {
        /**
         * One record.
         *
         * @param location
         *            where the record stands
         * @param owner
         *            for messages: whose it is
         * @param check
         *            returns what is wrong with the record in this batch, or an empty string
         */
        void body(long location, String owner, BodyCheck check);
    }

    /** Compares a record with what the state says of it. */
    @FunctionalInterface
    public interface BodyCheck {
        String problem(ByteBuffer batch);
    }

    /** @param shard number of the shard whose log it is */
    public MachineCheck(int shard, long segmentBytes) {
        this.shard = shard;
        this.segmentBytes = segmentBytes;
        machine = new Machine(0, 0, segmentBytes);
        machine.tracked().mail().shard(shard);
        replayer = new Replayer(machine);
    }

    /** What recovery feeds. */
    public ReplayTarget target() {
        return new ReplayTarget() {
            @Override
            public void snapshot(SnapshotReader snapshot) {
                replayer.snapshot(snapshot);
                if (!replayer.isAsSaved()) {
                    found.add(
                            "the snapshot at " + snapshot.position() + " does not hold the state that its hash is of");
                }
            }

            @Override
            public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
                replayer.batch(position, records);
            }
        };
    }

    /** Hash of the state reached so far; equal for equal states. */
    public long digest() {
        return machine.digest();
    }

    /** The state reached so far must be what this later snapshot holds; sentences that say where it is not. */
    public List<String> compare(SnapshotReader later) {
        MachineCheck other = new MachineCheck(shard, segmentBytes);
        other.target().snapshot(later);
        List<String> problems = new ArrayList<>(other.found);
        if (other.digest() != digest()) {
            problems.add("the snapshot at " + later.position() + " is not what the records before it say");
        }
        return problems;
    }

    /** Messages accepted, over all topics. */
    public long accepted() {
        long accepted = 0;
        for (Topic topic : machine.topics()) {
            accepted += topic.accepted;
        }
        return accepted;
    }

    /** Topics found. */
    public int topics() {
        return machine.topics().size();
    }

    /** Ends the replay and returns everything that does not add up, a sentence each. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>(found);
        machine.serve(MachineListener.NONE, 0, 0);
        PendingCount pending = new PendingCount(machine.state);
        for (Topic topic : machine.topics()) {
            long parts = topic.scheduled + topic.joined() + topic.cancelled + topic.expired + topic.purged;
            if (topic.accepted != parts) {
                problems.add("topic " + topic.name + ": accepted " + topic.accepted
                        + " messages but scheduled, joined, cancelled, expired and purged add up to " + parts);
            }
            for (Group group : topic.groups) {
                check(topic, group, problems);
            }
            pending.compare(topic, problems);
        }
        return problems;
    }

    private static void check(Topic topic, Group group, List<String> problems) {
        long parts = group.scheduled + group.ready() + group.leased + group.retrying + group.done + group.dead
                + group.cancelled
                + group.expired + group.purged + group.filtered + group.dropped;
        if (group.offered() != parts || group.ready() < 0 || group.leased < 0 || group.retrying < 0
                || group.dead < 0) {
            problems.add("group " + topic.name + ":" + group.name + ": offered " + group.offered()
                    + " messages but its states add up to " + parts);
        }
    }

    /** Visits every body record that somebody still needs; call {@link #problems} first. */
    public void bodies(BodyVisitor visitor) {
        for (Topic topic : machine.topics()) {
            for (int ordinal = topic.chunks.skipDropped(0); ordinal < topic.chunks.size(); ordinal = topic.chunks
                    .skipDropped(ordinal + 1)) {
                if (topic.chunks.isLive(ordinal)
                        && (ordinal >= topic.passed() || topic.chunks.pending(ordinal) > 0)) {
                    visit(topic, ordinal, visitor);
                }
            }
        }
        NotesWalk notes = new NotesWalk(machine.state, (group, key, location, table) -> visitor.body(location,
                "an attempt of message " + NoteTable.seq(key) + " in group number " + group,
                batch -> compare(batch, location, group, key)));
        while (!notes.isDone()) {
            notes.walk(Integer.MAX_VALUE);
        }
        machine.state.waiting.forEach((handle, due, id, payload) -> {
            if (Waiting.isDeferred(payload)) {
                int topic = Waiting.owner(payload);
                visitor.body(id, "a deferred message of topic number " + topic,
                        batch -> compare(batch, id, topic, 1, 0));
            }
        });
    }

    private static void visit(Topic topic, int ordinal, BodyVisitor visitor) {
        long location = topic.chunks.location(ordinal);
        int count = topic.chunks.count(ordinal);
        long firstId = topic.chunks.firstId(ordinal);
        visitor.body(location, "messages " + topic.chunks.firstSeq(ordinal) + ".. of topic " + topic.name,
                batch -> compare(batch, location, topic.number, count, firstId));
    }

    private static String compare(ByteBuffer batch, long location, int topic, int count, long firstId) {
        int offset = Location.offset(location);
        if (offset + BodyLayout.BODIES > batch.limit()) {
            return "the batch ends before offset " + offset;
        }
        byte kind = batch.get(offset);
        if (!BodyLayout.isBodies(kind)) {
            return "no body record stands at offset " + offset + " but " + Records.name(kind);
        }
        if (batch.getInt(offset + BodyLayout.TOPIC) != topic || batch.getInt(offset + BodyLayout.COUNT) != count
                || (firstId != 0 && batch.getLong(offset + BodyLayout.FIRST_ID) != firstId)) {
            return "another record stands at offset " + offset;
        }
        return "";
    }

    private static String compare(ByteBuffer batch, long location, int group, long key) {
        int offset = Location.offset(location);
        if (offset + Attempt.SEQ + Long.BYTES > batch.limit() || !Records.isNote(batch.get(offset))) {
            return "no attempt stands at offset " + offset;
        }
        if (batch.getInt(offset + Attempt.GROUP) != group
                || batch.getLong(offset + Attempt.SEQ) != NoteTable.seq(key)) {
            return "another attempt stands at offset " + offset;
        }
        return "";
    }
}
