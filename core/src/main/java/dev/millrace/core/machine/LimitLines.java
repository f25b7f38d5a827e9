package dev.millrace.core.machine;

/**
 * Limits per key of a group: how many are leased, when the next may go, who waits.
 *
 * <pre>
 *   0  hash of the limit key
 *   1  leased now
 *   2  seq + 1 at the head of the line      3  at its tail
 *   4  theoretical arrival time, elapsed µs: the rate is kept by the generic cell rate algorithm with a burst of one period
 *   5  instant at which the wheel wakes the line, elapsed ms, 0: not
 *   6  number of that entry of the wheel (32) | entries of the wheel, those out of date included (32)
 * </pre>
 *
 * A row stays while the wheel has entries for it, so that no two of them ever have the same name.
 *
 * The algorithm is that of ATM Forum Traffic Management 4.0 (1996), as virtual scheduling. Part of {@link Applier}:
 * owner thread only.
 */
final class LimitLines {
    static final int ROW_WORDS = 7;
    private static final int LEASED = 1;
    private static final int HEAD = 2;
    private static final int TAIL = 3;
    private static final int ARRIVAL = 4;
    private static final int WAKES = 5;
    private static final int ENTRIES = 6;
    /** Entries are told apart by so many bits of their number. */
    static final int NUMBER_BITS = 13;

    private final Tracking tracking;
    final LongTable rows = new LongTable(ROW_WORDS, 0);

    /** A planted bug: what was leased at recovery. */
    private LongTable lost = new LongTable(2, 0);

    LimitLines(Tracking tracking) {
        this.tracking = tracking;
    }

    /** Whether one more message of this key may be leased now. */
    boolean admits(long key, long nowMillis) {
        GroupLimits limits = tracking.settings;
        if (limits.concurrency() > 0 && rows.get(key, LEASED) + lost.get(key, 1) >= limits.concurrency()) {
            return false;
        }
        return limits.rate() == 0 || nextMillis(key) <= nowMillis;
    }

    /** A planted bug: what is leased now counts for ever. */
    void loseSlots() {
        lost = new LongTable(2, 0);
        rows.freeze().visit(Integer.MAX_VALUE, (words, at) -> {
            lost.put(words[at]);
            lost.set(words[at], 1, words[at + LEASED]);
        });
    }

    /** The first millisecond at which the rate admits one more. */
    private long nextMillis(long key) {
        GroupLimits limits = tracking.settings;
        long burst = (limits.rate() - 1) * limits.intervalMicros();
        return Math.max(0, Math.ceilDiv(rows.get(key, ARRIVAL) - burst, 1_000L));
    }

    /** A message of this key was leased. */
    void taken(long key, long nowMillis) {
        rows.put(key);
        rows.set(key, LEASED, rows.get(key, LEASED) + 1);
        if (tracking.settings.rate() > 0) {
            long arrival = Math.max(rows.get(key, ARRIVAL), nowMillis * 1_000);
            rows.set(key, ARRIVAL, arrival + tracking.settings.intervalMicros());
        }
        if (rows.get(key, HEAD) != 0) {
            if (admits(key, nowMillis)) {
                next(key);
            } else {
                wakeLater(key, nowMillis);
            }
        }
    }

    /** A message waits for this key. */
    void add(long key, long seq, long nowMillis) {
        rows.put(key);
        tracking.rows.set(seq + 1, Tracking.LINK, 0);
        long tail = rows.get(key, TAIL);
        if (tail == 0) {
            rows.set(key, HEAD, seq + 1);
        } else {
            tracking.rows.set(tail, Tracking.LINK, seq + 1);
        }
        rows.set(key, TAIL, seq + 1);
        wakeLater(key, nowMillis);
    }

    /** Somebody waits: for the rate, the wheel will say when; for the end of a lease, that will. */
    private void wakeLater(long key, long nowMillis) {
        long next = tracking.settings.rate() == 0 ? 0 : nextMillis(key);
        if (next > nowMillis) {
            wakeAt(key, next);
        }
    }

    private void wakeAt(long key, long millis) {
        long planned = rows.get(key, WAKES);
        if (planned == 0 || planned > millis) {
            long entries = rows.get(key, ENTRIES) + (1L << 32) + 1;
            rows.set(key, WAKES, millis);
            rows.set(key, ENTRIES, entries);
            tracking.wakeLimit(key, millis, number(entries));
        }
    }

    private static int number(long entries) {
        return (int) (entries >>> 32) & (1 << NUMBER_BITS) - 1;
    }

    /** A lease of this key has ended. */
    void released(long key) {
        rows.set(key, LEASED, rows.get(key, LEASED) - 1);
        next(key);
    }

    /** The entry of the wheel with this number is due; one that is out of date only frees its name. */
    void wake(long key, int number) {
        long entries = rows.get(key, ENTRIES) - 1;
        rows.set(key, ENTRIES, entries);
        long planned = rows.get(key, WAKES);
        if (planned != 0 && number(entries) == number) {
            rows.set(key, WAKES, 0);
            if (planned * 1_000 >= rows.get(key, ARRIVAL)) {
                rows.set(key, ARRIVAL, 0);
            }
            next(key);
        } else {
            forgetIfIdle(key);
        }
    }

    /** One of those who wait tries again. A key that nobody needs is forgotten once its rate has recovered. */
    void next(long key) {
        long next = tracking.leaving.popLive(rows, key, HEAD, TAIL);
        if (next != 0) {
            tracking.toLane(next - 1);
        } else {
            forgetIfIdle(key);
        }
    }

    private void forgetIfIdle(long key) {
        if (!rows.contains(key) || rows.get(key, LEASED) != 0 || rows.get(key, HEAD) != 0) {
            return;
        }
        if (rows.get(key, ARRIVAL) != 0) {
            wakeAt(key, Math.ceilDiv(rows.get(key, ARRIVAL), 1_000L));
        } else if ((int) rows.get(key, ENTRIES) == 0) {
            rows.remove(key);
        }
    }
}
