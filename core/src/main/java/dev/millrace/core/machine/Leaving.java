package dev.millrace.core.machine;

/**
 * How messages of a tracked topic that nobody works on leave their group, or stay to be looked at. Stands in a line (of an
 * ordering, limit or group key) what is over, its place stays until it comes to the front, where it is passed over.
 *
 * <p>
 * Part of {@link Applier}: owner thread only.
 */
final class Leaving {
    private final Tracking tracking;

    Leaving(Tracking tracking) {
        this.tracking = tracking;
    }

    /** Takes out a message that is not leased, in one of the ways of {@link BatchTable}. Its chunk is the caller's. */
    void remove(long seq, int how) {
        int state = tracking.stateOf(seq);
        tracking.follows.over(seq, how);
        uncount(seq, state);
        if (isInLine(state)) {
            tracking.keys.leave(seq, tracking.rows.get(seq + 1, Tracking.KEY));
            tracking.over(seq);
            leaveInLine(seq);
        } else if (!Tracking.isKept(state)) {
            long limit = tracking.rows.get(seq + 1, Tracking.LIMIT);
            tracking.end(seq);
            letNext(state, limit);
        } else if ((Status.flags(tracking.status(seq)) & Tracking.IN_LINE) != 0) {
            leaveInLine(seq);
        } else {
            tracking.drop(seq);
        }
    }

    /** A message is over without success, in one of the ways of {@link BatchTable}, and kept to be looked at until then. */
    void keep(long seq, int how, long untilMillis) {
        int state = tracking.stateOf(seq);
        tracking.follows.over(seq, how);
        if (state == Tracking.LEASED) {
            tracking.releaseLimit(seq);
        } else {
            uncount(seq, state);
        }
        tracking.keys.leave(seq, tracking.rows.get(seq + 1, Tracking.KEY));
        tracking.over(seq);
        if (isInLine(state)) {
            tracking.flag(seq, Tracking.IN_LINE);
        } else {
            tracking.link(seq, untilMillis);
        }
        tracking.state(seq, how == BatchTable.CANCELLED ? Tracking.KEPT_CANCELLED : Tracking.KEPT_EXPIRED);
        tracking.forgetAt(seq, untilMillis);
        letNext(state, tracking.rows.get(seq + 1, Tracking.LIMIT));
    }

    private static boolean isInLine(int state) {
        return state == Tracking.PARKED || state == Tracking.LIMITED || state == Tracking.GATHERED;
    }

    private void leaveInLine(long seq) {
        tracking.group().topic.left(tracking.group(), seq, tracking.rows.get(seq + 1, Tracking.ID));
        tracking.state(seq, Tracking.GONE);
    }

    private void uncount(long seq, int state) {
        Group group = tracking.group();
        switch (state) {
            case Tracking.SCHEDULED, Tracking.GATHERED -> group.scheduled--;
            case Tracking.HELD -> {
                group.scheduled--;
                tracking.batchCalledOff(tracking.rows.get(seq + 1, Tracking.ID));
            }
            case Tracking.RETRYING -> group.retrying--;
            case Tracking.READY, Tracking.PARKED, Tracking.LIMITED -> tracking.ready--;
            case Tracking.KEPT, Tracking.KEPT_CANCELLED, Tracking.KEPT_EXPIRED -> tracking.kept--;
            default -> throw new IllegalStateException("message " + seq + " cannot leave in state " + state);
        }
    }

    /** What was ready may have been the one that its limit let try: now another one may. */
    private void letNext(int before, long limit) {
        if (before == Tracking.READY && limit != 0) {
            tracking.limits.next(limit);
        }
    }

    // ---- lines ----

    /** Takes the first message off a line that is not over; seq + 1, or 0. */
    long popLive(LongTable table, long key, int headWord, int tailWord) {
        for (;;) {
            long head = table.get(key, headWord);
            if (head == 0) {
                return 0;
            }
            long next = tracking.rows.get(head, Tracking.LINK);
            table.set(key, headWord, next);
            if (next == 0) {
                table.set(key, tailWord, 0);
            }
            if (!passOver(head - 1)) {
                return head;
            }
        }
    }

    /** Whether the message, whose place in a line has come to the front, is over: then it stands there no longer. */
    boolean passOver(long seq) {
        int state = tracking.stateOf(seq);
        if (state == Tracking.GONE) {
            tracking.drop(seq);
            return true;
        }
        if (Tracking.isKept(state)) {
            tracking.unflag(seq, Tracking.IN_LINE);
            tracking.link(seq, 0);
            return true;
        }
        return false;
    }
}
