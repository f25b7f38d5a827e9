package dev.millrace.core.machine;

import dev.millrace.core.message.Ids;

/** The dead letters of a group, by number in the order of their deaths. Owner thread only. */
public final class DeadList {
    private final Group group;
    private final DeadTable table;

    DeadList(Group group) {
        this.group = group;
        table = group.deadTable;
    }

    /** The first number at or after {@code number} that is dead, or -1. */
    public int next(int number) {
        int next = Math.max(number, table.first());
        while (next < table.size() && !table.holds(next)) {
            next++;
        }
        return next < table.size() ? next : -1;
    }

    /** Numbers given so far are below this. */
    public int end() {
        return table.size();
    }

    public int attempts(int number) {
        return (int) table.seqAndAttempts(number) & 0xFFFF;
    }

    public long diedAtMillis(int number) {
        return table.diedAtMillis(number);
    }

    public String reason(int number) {
        return Records.reason(table.reason(number));
    }

    /** What the last worker said, of a dead letter that the first version of records wrote; else empty. */
    public String error(int number) {
        return table.error(number);
    }

    /** What its first attempts left, as far as it is kept: locations of records, in no order. */
    public long[] attemptLocations(int number) {
        return Notes.locations(group.deadNotes, table.seqAndAttempts(number));
    }

    /** The attempt after which it died, as far as the state alone knows it. */
    public Attempt lastAttempt(int number) {
        return new Attempt(attempts(number), diedAtMillis(number), Records.attemptReason(table.reason(number)),
                error(number));
    }

    /** Id of the message, or 0 if only its record knows it: it was deferred. */
    public long idOrZero(int number) {
        long first = group.topic.chunks.firstId(table.ordinal(number));
        return first == 0 ? 0 : Ids.plus(first, index(number));
    }

    /** Location of the body record that holds the message. */
    public long location(int number) {
        return group.topic.chunks.location(table.ordinal(number));
    }

    /** Index of the message in that record. */
    public int index(int number) {
        long seq = table.seqAndAttempts(number) >>> 16;
        return (int) (seq - group.topic.chunks.firstSeq(table.ordinal(number)));
    }
}
