package dev.millrace.core.machine;

/** Writes what failed attempts leave behind into the log. Owner thread only. */
public final class Attempts {
    private final State state;
    private final Applier applier;
    private final RecordWriter out;
    private int most = Integer.MAX_VALUE;
    private long leftOut;

    Attempts(State state, Applier applier, RecordWriter out) {
        this.state = state;
        this.applier = applier;
        this.out = out;
    }

    void limit(int notes) {
        most = notes;
    }

    /** Notes kept now. */
    public long kept() {
        return state.notes;
    }

    /** Attempts that left no note for want of room, since the shard was opened. */
    public long leftOut() {
        return leftOut;
    }

    /** Whether one more note can be kept; one that cannot is counted. */
    boolean hasRoom() {
        boolean room = state.notes < most;
        leftOut += room ? 0 : 1;
        return room;
    }

    /** Writes and applies one note; no record may be open. */
    void write(Group group, long seqAndAttempts, long wallMillis, int reason, String error) {
        out.beginPointedAt(Records.ATTEMPT, 0);
        int start = out.start();
        Attempt.write(out, group, seqAndAttempts, wallMillis, reason, Attempt.storable(error));
        long location = out.location();
        out.end();
        int units = SegmentUse.units(out.bytes().position() - start);
        applier.noted(group, seqAndAttempts >>> 16, (int) seqAndAttempts & 0xFFFF, location, units);
    }
}
