package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A topic's state. Messages that joined it are numbered from 0 on (the sequence); chunks say where they stand.
 *
 * <p>
 * Conservation: accepted = scheduled + joined + cancelled + expired + purged, where joined is {@link #nextSeq}.
 *
 * <p>
 * Thread safety: owner thread only.
 */
public final class Topic {
    final int number;
    final String name;
    final boolean ephemeral;
    final ChunkTable chunks = new ChunkTable();
    final List<Group> groups = new ArrayList<>();
    final Gaps gaps = new Gaps();
    boolean paused;
    /** Rises when scheduled messages are purged, so that those still in the wheel are known to be gone. */
    int generation;
    /** Sequence of the next message that joins. */
    long nextSeq;
    /** Messages below are offered to groups; lags behind nextSeq while the topic is paused. */
    long offeredSeq;
    /** First message that a first group gets; everything below was purged or went to groups that are gone. */
    long heldSeq;
    long accepted;
    long acceptedBytes;
    long scheduled;
    long cancelled;
    long expired;
    long purged;
    /** Dropped as the oldest before it had a group that could count them; not part of the conservation law. */
    long dropped;
    /** What all groups are done with is kept so long, by wall time; 0: age is no reason to forget it. */
    long historyMillis;
    /** The topic keeps so many bytes, what all groups are done with included; 0: size is no reason. */
    long historyBytes;
    /** With a history: what all groups are done with is kept from here on. */
    long historySeq;
    /** Derived: units of the live chunks. */
    long units;

    boolean removed;
    /** Null unless each of its messages is tracked; a topic never ceases to be so. */
    private @Nullable TopicKeys keys;

    /** Derived: chunks below are released as soon as nothing of them is pending. */
    int swept;
    /** Derived: in the list of topics that have chunks to sweep. */
    boolean sweeping;

    Topic(int number, String name, boolean ephemeral) {
        this.number = number;
        this.name = name;
        this.ephemeral = ephemeral;
    }

    public int number() {
        return number;
    }

    public String name() {
        return name;
    }

    public boolean ephemeral() {
        return ephemeral;
    }

    /** False once it was deleted. */
    public boolean exists() {
        return !removed;
    }

    public boolean paused() {
        return paused;
    }

    /** Whether each of its messages has keys, a priority and a state of its own. */
    public boolean tracked() {
        return keys != null;
    }

    void track() {
        historyMillis = 0;
        historyBytes = 0;
        keys = new TopicKeys();
    }

    /** Of a tracked topic. */
    TopicKeys keys() {
        if (keys == null) {
            throw new IllegalStateException("the messages of topic " + name + " are not tracked");
        }
        return keys;
    }

    /** Place in the order of a message that may still be here, -1 when there is none with this id. */
    long seqOf(long id) {
        return keys == null ? -1 : chunks.seqOf(id);
    }

    /** Whether some group has yet to do with the message; one that is dead is over. */
    boolean isUnderWay(long id) {
        long seq = seqOf(id);
        if (seq >= 0) {
            for (int i = 0; i < groups.size(); i++) {
                if (groups.get(i).tracking().isUnderWay(seq)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the message can still be looked at in some group, be it as a dead letter or after it was done. */
    boolean isHere(long id) {
        long seq = seqOf(id);
        if (seq >= 0) {
            for (int i = 0; i < groups.size(); i++) {
                if (groups.get(i).tracking().isHere(seq)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A message is over in this group: its unique key is free once no other group has it under way. */
    void over(Group in, long seq, long id) {
        for (int i = 0; i < groups.size(); i++) {
            Group other = groups.get(i);
            if (other != in && other.tracking().isUnderWay(seq)) {
                return;
            }
        }
        keys().uniques.over(seq, id);
    }

    /** A message leaves this group: the id that its client gave is free once no other group has it. */
    void left(Group in, long seq, long id) {
        if (keys().clientIds.holders.size() == 0) {
            return;
        }
        for (int i = 0; i < groups.size(); i++) {
            Group other = groups.get(i);
            if (other != in && other.tracking().isHere(seq)) {
                return;
            }
        }
        keys().clientIds.over(seq, id);
    }

    /** A purged message holds its keys no longer, unless another group has it. */
    void forgetHolder(long seq) {
        if (keys != null && keys.uniques.holders.size() + keys.clientIds.holders.size() > 0) {
            int ordinal = chunks.find(seq);
            long id = Ids.plus(chunks.firstId(ordinal), (int) (seq - chunks.firstSeq(ordinal)));
            if (!isUnderWay(id)) {
                keys.uniques.over(seq, id);
            }
            if (!isHere(id)) {
                keys.clientIds.over(seq, id);
            }
        }
    }

    /** Messages that have joined it and are not over in some group. */
    private long underWay() {
        long most = 0;
        for (Group group : groups) {
            most = Math.max(most, group.tracking().rows.size());
        }
        return most;
    }

    public List<Group> groups() {
        return groups;
    }

    public long accepted() {
        return accepted;
    }

    public long acceptedBytes() {
        return acceptedBytes;
    }

    public long scheduled() {
        return scheduled;
    }

    public long joined() {
        return nextSeq;
    }

    public long cancelled() {
        return cancelled;
    }

    public long expired() {
        return expired;
    }

    public long purged() {
        return purged;
    }

    public long dropped() {
        return dropped;
    }

    /** What the slowest group has not taken (or, without a group, what is kept), and what is scheduled. */
    public long backlog() {
        return keys != null ? underWay() : nextSeq - slowest() + scheduled;
    }

    /** Whether anything that all groups are done with is kept. */
    public boolean keepsHistory() {
        return historyMillis > 0 || historyBytes > 0;
    }

    /** Milliseconds for which it is kept; 0: age is no reason to forget it. */
    public long historyMillis() {
        return historyMillis;
    }

    /** Bytes that the topic keeps at most, what all groups are done with included; 0: size is no reason. */
    public long historyBytes() {
        return historyBytes;
    }

    /** Messages that all groups are done with and that are kept. */
    public long history() {
        return slowest() - earliestKept();
    }

    /** Bytes in the log of what has joined and is not yet done everywhere. */
    public long keptBytes() {
        return units << 6;
    }

    /** Joined, but offered to nobody: no group yet, or paused. */
    public long waiting() {
        return nextSeq - (groups.isEmpty() ? heldSeq : offeredSeq);
    }

    /** Groups that need a look when something joined. */
    Group group(String groupName) throws MissingException {
        for (Group group : groups) {
            if (group.name.equals(groupName)) {
                return group;
            }
        }
        throw new MissingException("topic " + name + " has no group " + groupName);
    }

    /** Whether it has this group. */
    public boolean hasGroup(String groupName) {
        for (Group group : groups) {
            if (group.name.equals(groupName)) {
                return true;
            }
        }
        return false;
    }

    /** Ordinal of the first chunk that is kept: some group has not passed it, or it is history. */
    int passed() {
        int taken = taken();
        return keepsHistory() && historySeq < slowest() ? Math.min(taken, chunks.find(historySeq)) : taken;
    }

    /** Ordinal of the first chunk that some group has not passed; all of them when nobody needs any. */
    int taken() {
        if (groups.isEmpty()) {
            return heldSeq == nextSeq ? chunks.size() : chunks.find(heldSeq);
        }
        int passed = chunks.size();
        for (Group group : groups) {
            passed = Math.min(passed, group.cursorOrdinal);
        }
        return passed;
    }

    /** Up to here messages can be dropped: offered, or, without a group, all. */
    long offeredOrKept() {
        return groups.isEmpty() ? nextSeq : offeredSeq;
    }

    /** The first message that is kept: some group has not taken it, or it is history. */
    long earliestKept() {
        long slowest = slowest();
        return keepsHistory() ? Math.min(slowest, historySeq) : slowest;
    }

    /** The first message that some group has not taken; without a group, that a first one would get. */
    long slowest() {
        if (groups.isEmpty()) {
            return heldSeq;
        }
        long earliest = offeredSeq;
        for (Group group : groups) {
            earliest = Math.min(earliest, group.cursor);
        }
        return earliest;
    }
}
