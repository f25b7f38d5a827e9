package dev.millrace.core.machine;

import dev.millrace.core.machine.PlantedBugs.Bug;

/**
 * Messages of a group that are to be delivered together with others of their group key: one set for each key.
 *
 * <pre>
 *   0  hash of the group key
 *   1  seq + 1 of the first           2  seq + 1 of the last; between them they are linked, those that are over included
 *   3  how many have come
 *   4  when the first came            5  when the last came, elapsed ms
 *   6  instant of the entry that the wheel has for the key, 0: none
 * </pre>
 *
 * A set is closed when it is full or its time has come: then a mail takes over its messages ({@link MailTable#GATHERED}),
 * and the next message of the key begins another. A key never has two entries in the wheel: one that comes too early is
 * made anew, and a row stays as long as its entry.
 *
 * <p>
 * Part of {@link Applier}: owner thread only.
 */
final class Gathering {
    static final int ROW_WORDS = 7;
    private static final int HEAD = 1;
    private static final int TAIL = 2;
    private static final int COUNT = 3;
    private static final int FIRST = 4;
    private static final int LAST = 5;
    private static final int WAKES = 6;

    private final Tracking tracking;
    private final Applier applier;
    final LongTable sets = new LongTable(ROW_WORDS, 0);
    GatherLimits settings;

    Gathering(Tracking tracking, Applier applier, GatherLimits settings) {
        this.tracking = tracking;
        this.applier = applier;
        this.settings = settings;
    }

    /** A message, whose row says so, joins the others of its key; {@code atMillis} is when. */
    void join(long seq, long key, long atMillis) {
        sets.put(key);
        long count = sets.get(key, COUNT);
        if (count == 0) {
            sets.set(key, HEAD, seq + 1);
            sets.set(key, FIRST, atMillis);
            sets.set(key, LAST, atMillis);
        } else {
            tracking.link(sets.get(key, TAIL) - 1, seq + 1);
            sets.set(key, LAST, Math.max(atMillis, sets.get(key, LAST)));
        }
        sets.set(key, TAIL, seq + 1);
        sets.set(key, COUNT, count + 1);
        if (count + 1 >= settings.maxSize()) {
            close(key);
        } else if (sets.get(key, WAKES) == 0) {
            wakeAt(key, closesAt(key));
        }
    }

    /** Never early: the millisecond in which a message came does not count. */
    private long closesAt(long key) {
        long early = applier.bugs.has(Bug.GRACE_SHORT) ? 2 : 0;
        long byGrace = sets.get(key, LAST) + 1 + settings.graceMillis() - early;
        long byDelay = sets.get(key, FIRST) + 1 + settings.maxDelayMillis();
        boolean ever = settings.maxDelayMillis() == 0 || applier.bugs.has(Bug.GATHER_DELAY_FORGOTTEN);
        return ever ? byGrace : Math.min(byGrace, byDelay);
    }

    private void wakeAt(long key, long millis) {
        sets.set(key, WAKES, millis);
        tracking.wakeGathering(key, millis);
    }

    /** The entry of the wheel for this key is due. */
    void wake(long key) {
        long planned = sets.get(key, WAKES);
        if (planned == 0) {
            return;
        }
        sets.set(key, WAKES, 0);
        if (sets.get(key, COUNT) == 0) {
            sets.remove(key);
        } else if (closesAt(key) <= planned) {
            close(key);
        } else {
            wakeAt(key, closesAt(key));
        }
    }

    /** The set that this message stands in goes now, unless it is on its way already. */
    void closeWith(long seq, long key) {
        if (isOpenWith(seq, key)) {
            close(key);
        }
    }

    /** Whether this message stands in the set of its key that others can join. */
    boolean isOpenWith(long seq, long key) {
        long at = sets.get(key, HEAD);
        while (at != 0 && at != seq + 1) {
            at = tracking.rows.get(at, Tracking.LINK);
        }
        return at != 0;
    }

    // ---- what waits ----

    /** The first message of a key that is not over, -1 when there is none. */
    long firstLive(long key) {
        long at = sets.get(key, HEAD);
        while (at != 0 && tracking.stateOf(at - 1) != Tracking.GATHERED) {
            at = tracking.rows.get(at, Tracking.LINK);
        }
        return at - 1;
    }

    /** How many of a key are not over. */
    long live(long key) {
        long count = 0;
        for (long at = sets.get(key, HEAD); at != 0; at = tracking.rows.get(at, Tracking.LINK)) {
            count += tracking.stateOf(at - 1) == Tracking.GATHERED ? 1 : 0;
        }
        return count;
    }

    /** When the first of a key came, elapsed ms. */
    long sinceMillis(long key) {
        return sets.get(key, FIRST);
    }

    private void close(long key) {
        long count = sets.get(key, COUNT);
        if (count == 0) {
            return;
        }
        applier.posting.gathered(tracking.group(), sets.get(key, HEAD) - 1, count);
        sets.set(key, COUNT, 0);
        sets.set(key, HEAD, 0);
        sets.set(key, TAIL, 0);
        if (sets.get(key, WAKES) == 0) {
            sets.remove(key);
        }
    }

    // ---- what the mail made of it ----

    /**
     * Another message has taken the place of so many of a line, those that are over left aside; seq + 1 of what follows, 0
     * at its end.
     */
    long merge(long seq, long places) {
        SeqTable rows = tracking.rows;
        long at = seq + 1;
        for (long left = places; left > 0 && at != 0 && rows.contains(at); left--) {
            long next = rows.get(at, Tracking.LINK);
            if (!tracking.leaving.passOver(at - 1)) {
                merged(at - 1);
            }
            at = next;
        }
        return rows.contains(at) ? at : 0;
    }

    /** Another message has taken the place of this one, which gathered or waited for its batch. */
    void merged(long seq) {
        tracking.group().scheduled--;
        tracking.follows.passedOn(seq);
        gone(seq);
    }

    /** It is done at once: what follows it goes to another shard. */
    void forwarded(long seq) {
        tracking.follows.over(seq, BatchTable.DONE);
        gone(seq);
    }

    private void gone(long seq) {
        Group group = tracking.group();
        group.done++;
        tracking.over(seq);
        tracking.drop(seq);
        applier.tracked.settleSeq(group.topic, seq);
    }
}
