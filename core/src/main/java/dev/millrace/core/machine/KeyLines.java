package dev.millrace.core.machine;

import dev.millrace.core.machine.PlantedBugs.Bug;

/**
 * The lines of messages that wait for another one of their ordering key, in the table {@link Tracking#lines}. Part of
 * {@link Applier}: owner thread only.
 */
final class KeyLines {
    private static final int HOLDER = 1;
    private static final int HEAD = 2;
    private static final int TAIL = 3;

    private final Tracking tracking;
    private final PlantedBugs bugs;

    KeyLines(Tracking tracking, PlantedBugs bugs) {
        this.tracking = tracking;
        this.bugs = bugs;
    }

    /** The message becomes the current one of its key, or stands behind the one that is; returns which. */
    boolean enter(long seq, long key) {
        LongTable lines = tracking.lines;
        long holder = lines.get(key, HOLDER);
        if (holder != 0 && holder != seq + 1) {
            park(seq, key);
            return false;
        }
        lines.put(key);
        lines.set(key, HOLDER, seq + 1);
        return true;
    }

    private void park(long seq, long key) {
        LongTable lines = tracking.lines;
        tracking.state(seq, Tracking.PARKED);
        tracking.ready++;
        tracking.link(seq, 0);
        long tail = lines.get(key, TAIL);
        if (tail == 0) {
            lines.set(key, HEAD, seq + 1);
        } else {
            tracking.link(tail - 1, seq + 1);
        }
        lines.set(key, TAIL, seq + 1);
    }

    /** Lets the next one of its key come forward, if this is the current one. */
    void leave(long seq, long key) {
        LongTable lines = tracking.lines;
        if (key == 0 || lines.get(key, HOLDER) != seq + 1) {
            return;
        }
        long next = tracking.leaving.popLive(lines, key, HEAD, TAIL);
        if (next == 0) {
            lines.remove(key);
            return;
        }
        lines.set(key, HOLDER, next);
        tracking.toLane(next - 1);
        if (bugs.has(Bug.KEY_RELEASED_TWICE)) {
            long another = tracking.leaving.popLive(lines, key, HEAD, TAIL);
            if (another != 0) {
                tracking.toLane(another - 1);
            }
        }
    }
}
