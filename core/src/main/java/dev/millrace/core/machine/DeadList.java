package dev.millrace.core.machine;

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

    public String error(int number) {
        return table.error(number);
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
