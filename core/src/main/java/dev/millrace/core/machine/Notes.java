package dev.millrace.core.machine;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Keeps account of what failed attempts left in the log: which note belongs to which message, and what of a segment is
 * needed for it. Part of {@link Applier}: owner thread only.
 */
final class Notes {
    private final State state;
    /** Tables of groups that were emptied or deleted: their notes are still counted as needed. */
    private final ArrayDeque<NoteTable.Frozen> garbage = new ArrayDeque<>();

    Notes(State state) {
        this.state = state;
    }

    /** Notes of the living, of dead letters, and what workers said of tracked messages. */
    static final int LIVING = 0;
    static final int DEAD = 1;
    static final int OUTPUTS = 2;
    /** Results that the mail of a next step still needs. */
    static final int MAILED = 3;
    static final int TABLES = 4;
    private static final NoteTable NONE = new NoteTable();

    static NoteTable table(Group group, int which) {
        return switch (which) {
            case LIVING -> group.notes;
            case DEAD -> group.deadNotes;
            case OUTPUTS -> group.tracked() ? group.tracking().outputs : NONE;
            case MAILED -> group.tracked() ? group.tracking().mailed : NONE;
            default -> throw new IllegalStateException("there is no table of notes " + which);
        };
    }

    /** What a worker said takes the place of what it said before. */
    void said(Group group, long key, long location) {
        put(group.tracking().outputs, key, location);
    }

    /** A mail needs the result of a message, whatever becomes of the message. */
    void mailed(Group group, long seq) {
        NoteTable outputs = group.tracking().outputs;
        long key = outputs.fullKey(seq, Output.RESULT);
        if (key != 0) {
            put(group.tracking().mailed, key, outputs.get(key));
        }
    }

    void forgetMailed(Group group, long seq) {
        take(group.tracking().mailed, seq, Output.RESULT);
    }

    private void put(NoteTable table, long key, long location) {
        long replaced = table.put(key, location);
        state.segments.add(location, NoteTable.units(key));
        if (replaced != 0) {
            state.segments.remove(replaced, NoteTable.units(table.replacedKey()));
        } else {
            state.notes++;
        }
    }

    void add(Group group, long key, long location) {
        NoteTable table = group.notes;
        put(table, key, location);
        int attempt = (int) (key >>> 13) & 7;
        for (int old = NoteTable.KEPT; old < NoteTable.TOLD_APART; old++) {
            take(table, NoteTable.seq(key), attempt - old);
        }
    }

    /** A message is over, or starts anew: nobody asks for its attempts any more. */
    void forget(NoteTable table, long seqAndAttempts) {
        if (table.size() > 0) {
            for (int attempt = 0; attempt < NoteTable.TOLD_APART; attempt++) {
                take(table, seqAndAttempts >>> 16, attempt);
            }
        }
    }

    private void take(NoteTable table, long seq, int attempt) {
        long key = table.fullKey(seq, attempt);
        if (key != 0) {
            state.segments.remove(table.remove(key), NoteTable.units(key));
            state.notes--;
        }
    }

    /** A message has become a dead letter; its notes stay when its group is emptied. */
    void bury(Group group, long seqAndAttempts) {
        if (!group.replays.isEmpty()) {
            // The message may be among the dead already: the notes of that one make room.
            forget(group.deadNotes, seqAndAttempts);
        }
        if (group.notes.size() > 0) {
            for (int attempt = 0; attempt < NoteTable.TOLD_APART; attempt++) {
                long key = group.notes.fullKey(seqAndAttempts >>> 16, attempt);
                if (key != 0) {
                    group.deadNotes.put(key, group.notes.remove(key));
                }
            }
        }
    }

    /** Where the notes of a message stand, in no order. */
    static long[] locations(NoteTable table, long seqAndAttempts) {
        long[] found = new long[NoteTable.TOLD_APART];
        int size = 0;
        for (int attempt = 0; attempt < NoteTable.TOLD_APART; attempt++) {
            long key = table.fullKey(seqAndAttempts >>> 16, attempt);
            if (key != 0) {
                found[size++] = table.get(key);
            }
        }
        return Arrays.copyOf(found, size);
    }

    /** A note now stands elsewhere, if it is still kept. */
    void moved(Group group, int which, long key, long location) {
        NoteTable table = table(group, which);
        long old = table.get(key);
        if (old != 0) {
            state.segments.remove(old, NoteTable.units(key));
            table.move(key, location);
            state.segments.add(location, NoteTable.units(key));
        }
    }

    // ---- groups that are emptied or deleted: constant time, the rest in slices ----

    void releaseLiving(Group group) {
        if (group.notes.size() > 0) {
            garbage.add(group.notes.freeze());
            group.notes = new NoteTable();
        }
        if (group.tracked() && group.tracking().outputs.size() > 0) {
            garbage.add(group.tracking().outputs.freeze());
            group.tracking().outputs = new NoteTable();
        }
    }

    void release(Group group) {
        releaseLiving(group);
        if (group.tracked() && group.tracking().mailed.size() > 0) {
            garbage.add(group.tracking().mailed.freeze());
            group.tracking().mailed = new NoteTable();
        }
        if (group.deadNotes.size() > 0) {
            garbage.add(group.deadNotes.freeze());
            group.deadNotes = new NoteTable();
        }
    }

    boolean hasGarbage() {
        return !garbage.isEmpty();
    }

    /** Lets go of about so many; returns how many. */
    int work(int limit) {
        int done = 0;
        while (done < limit && !garbage.isEmpty()) {
            int visited = garbage.peek().visit(limit - done, (key, location) -> {
                state.segments.remove(location, NoteTable.units(key));
                state.notes--;
            });
            if (visited == 0) {
                garbage.remove();
            }
            done += visited;
        }
        return done;
    }
}
