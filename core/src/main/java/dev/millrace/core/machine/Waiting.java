package dev.millrace.core.machine;

import dev.millrace.structures.Expiry;
import dev.millrace.structures.HierarchicalTimeWheel;
import java.util.ArrayDeque;

/**
 * What waits for an instant of elapsed time: messages of a group between two attempts, and deferred messages of a topic.
 *
 * <p>
 * An entry is two words and its due instant, and lives in the wheel alone. Its first word, together with its owner and
 * kind, names it: no two entries of one name wait at once.
 *
 * <pre>
 *   retry     id = seq (48) | attempts (16)    payload = group (24) | kind 1 (2) | generation (22) | 0 (16)
 *   deferred  id = location                    payload = topic (24) | kind 2 (2) | generation (22) | units (16)
 *   tracked   id = seq (48) | waits (16), or   payload = group or topic (24) | kind 3 (2) | generation (22)
 *             the hash of a key                          | number (13) | purpose (3)
 * </pre>
 *
 * <p>
 * <b>Recovery.</b> While records are replayed no time passes here, so an entry is not found through the wheel. Replay
 * notes for each name the last thing that happened to it (added, or left); {@link #settle} then puts the entries of the
 * snapshot and of the replay together: a name that replay spoke of is as replay left it, any other as the snapshot had
 * it. That is also why a snapshot may collect these entries slice by slice while the shard works on (docs/state.md).
 *
 * <p>
 * Thread safety: none.
 */
final class Waiting {
    private static final int GENERATIONS = (1 << 22) - 1;
    static final int RETRY = 1;
    static final int DEFERRED = 2;
    /** Of a tracked message, its key or its group: what for stands in the low bits. */
    static final int TRACKED = 3;
    private static final int PURPOSE_BITS = 3;
    /** Units are kept in 16 bits; a longer record counts as this much until it joins. */
    static final int MAX_UNITS = 0xFFFF;

    private static final int PAGE_LONGS = 3 * 8_192;

    private final HierarchicalTimeWheel wheel;
    /** Learns of the records of deferred messages, but not while replaying, when nobody knows yet what is left. */
    private final SegmentUse segments;
    private boolean replaying = true;
    /** Sum over entries of a hash of their names; equal for equal content, whatever the order. */
    private long digest;
    /** Entries of the snapshot in pages, let go one by one while the wheel takes them. */
    private final ArrayDeque<long[]> snapshotPages = new ArrayDeque<>();
    private int lastPageSize;
    private int deferred;
    private final NameTable events = new NameTable();

    Waiting(long startMillis, SegmentUse segments) {
        this.segments = segments;
        wheel = new HierarchicalTimeWheel(startMillis);
    }

    static long payload(int owner, int kind, int generation, int units) {
        return (long) owner << 40 | (long) kind << 38 | (long) (generation & GENERATIONS) << 16 | (units & 0xFFFF);
    }

    /** The payload of an entry for a tracked message; {@code number} tells entries of one name apart. */
    static long tracked(int owner, int generation, int purpose, int number) {
        return payload(owner, TRACKED, generation, number << PURPOSE_BITS | purpose);
    }

    static int purpose(long payload) {
        return (int) payload & (1 << PURPOSE_BITS) - 1;
    }

    static int number(long payload) {
        return units(payload) >>> PURPOSE_BITS;
    }

    static int owner(long payload) {
        return (int) (payload >>> 40);
    }

    static int kind(long payload) {
        return (int) (payload >>> 38) & 3;
    }

    /** Whether the entry was made in this generation of its owner; there are four million before one comes again. */
    static boolean isOf(long payload, int generation) {
        return generation(payload) == (generation & GENERATIONS);
    }

    static int generation(long payload) {
        return (int) (payload >>> 16) & GENERATIONS;
    }

    static int units(long payload) {
        return (int) payload & 0xFFFF;
    }

    void add(long dueMillis, long id, long payload) {
        digest += hash(id, payload);
        if (replaying) {
            events.put(id, payload, dueMillis);
        } else {
            enter(dueMillis, id, payload);
        }
    }

    /** The entry left the wheel because it was due; replay says so by record. */
    void left(long id, long payload) {
        digest -= hash(id, payload);
        if (replaying) {
            events.put(id, payload, NameTable.GONE);
        } else if (kind(payload) == DEFERRED) {
            segments.remove(id, units(payload));
            deferred--;
        }
    }

    private void enter(long dueMillis, long id, long payload) {
        wheel.add(dueMillis, id, payload);
        if (kind(payload) == DEFERRED) {
            segments.add(id, units(payload));
            deferred++;
        }
    }

    /** Only during recovery, before any record: an entry of the snapshot. */
    void restore(long dueMillis, long id, long payload) {
        if (snapshotPages.isEmpty() || lastPageSize == PAGE_LONGS) {
            snapshotPages.add(new long[PAGE_LONGS]);
            lastPageSize = 0;
        }
        long[] page = snapshotPages.getLast();
        page[lastPageSize++] = dueMillis;
        page[lastPageSize++] = id;
        page[lastPageSize++] = payload;
    }

    void restoreDigest(long saved) {
        digest = saved;
    }

    long digest() {
        return digest;
    }

    /** Ends recovery: the wheel now holds what waits. */
    void settle() {
        for (long[] page = snapshotPages.poll(); page != null; page = snapshotPages.poll()) {
            int end = snapshotPages.isEmpty() ? lastPageSize : PAGE_LONGS;
            for (int at = 0; at < end; at += 3) {
                if (!events.contains(page[at + 1], page[at + 2])) {
                    enter(page[at], page[at + 1], page[at + 2]);
                }
            }
        }
        events.forEachPresent(this::enter);
        events.clear();
        replaying = false;
    }

    int advance(long nowMillis, int limit, Expiry sink) {
        return wheel.advance(nowMillis, limit, sink);
    }

    boolean caughtUp() {
        return wheel.caughtUp();
    }

    long nextDueMillis() {
        return wheel.nextDueTick();
    }

    int deferred() {
        return deferred;
    }

    int retrying() {
        return wheel.size() - deferred;
    }

    HierarchicalTimeWheel wheel() {
        return wheel;
    }

    /** Where a deferred message stands is no part of what it is: recovery and relocation change it. */
    private static long hash(long name, long payload) {
        long id = kind(payload) == DEFERRED ? 0 : name;
        long h = id * 0x9E37_79B9_7F4A_7C15L;
        h = (h ^ h >>> 32) * 0xD6E8_FEB8_6659_FD93L ^ payload;
        h = (h ^ h >>> 29) * 0xBF58_476D_1CE4_E5B9L;
        return h ^ h >>> 32;
    }
}
