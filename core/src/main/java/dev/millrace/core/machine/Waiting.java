package dev.millrace.core.machine;

import dev.millrace.structures.Expiry;
import dev.millrace.structures.HierarchicalTimeWheel;
import java.util.ArrayDeque;

/**
 * What waits for an instant: messages of a group between two attempts, deferred messages of a topic, and what tracked
 * messages wait for. There are two wheels, one in elapsed time and one in wall time ({@link WallWheel}) for instants that a
 * user gave as such; the payload says in which of them an entry is.
 *
 * <p>
 * An entry is two words and its due instant, and lives in the wheel alone. Its first word, together with its owner and
 * kind, names it: no two entries of one name wait at once.
 *
 * <pre>
 *   retry     id = seq (48) | attempts (16)    payload = group (24) | kind 1 (2) | generation (22) | 0 (16)
 *   deferred  id = location                    payload = topic (24) | kind 2 (2) | generation (22) | units (16);
 *                                            kind 0: by wall time
 *   tracked   id = seq (48) | waits (16), or   payload = group or topic (24) | kind 3 (2) | generation (22)
 *             the hash of a key                          | number (13) | purpose (3); one purpose is by wall time
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
    /** Deferred until an instant of wall time. */
    static final int DEFERRED_BY_WALL = 0;
    static final int RETRY = 1;
    static final int DEFERRED = 2;
    /** Of a tracked message, its key or its group: what for stands in the low bits. */
    static final int TRACKED = 3;
    private static final int PURPOSE_BITS = 3;
    /** Units are kept in 16 bits; a longer record counts as this much until it joins. */
    static final int MAX_UNITS = 0xFFFF;

    private static final int PAGE_LONGS = 3 * 8_192;
    /** Where a walk goes on with the entries by wall time. */
    private static final long FIRST_OF_WALL = 1L << Integer.SIZE;

    private final HierarchicalTimeWheel wheel;
    private WallWheel wall = new WallWheel(0);
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

    /** Whether it is a message that joins its topic later. */
    static boolean isDeferred(long payload) {
        return kind(payload) == DEFERRED || kind(payload) == DEFERRED_BY_WALL;
    }

    /** Whether its instant is one of wall time. */
    static boolean isByWall(long payload) {
        return kind(payload) == DEFERRED_BY_WALL
                || (kind(payload) == TRACKED && purpose(payload) == Tracking.WAKE_BY_WALL);
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
        } else if (isDeferred(payload)) {
            segments.remove(id, units(payload));
            deferred--;
        }
    }

    private void enter(long dueMillis, long id, long payload) {
        if (isByWall(payload)) {
            wall.add(dueMillis, id, payload);
        } else {
            wheel.add(dueMillis, id, payload);
        }
        if (isDeferred(payload)) {
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

    /** Ends recovery: the wheels now hold what waits. */
    void settle(long wallMillis) {
        wall = new WallWheel(wallMillis);
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

    /** What the wall clock shows now; it may show less than before. */
    void clock(long wallMillis) {
        wall.clock(wallMillis);
    }

    /** Lets go what is due by either clock, so much of each at most. */
    void advance(long elapsedMillis, long wallMillis, int limit, Expiry sink) {
        wheel.advance(elapsedMillis, limit, sink);
        wall.advance(wallMillis, limit, sink);
    }

    boolean caughtUp() {
        return wheel.caughtUp() && wall.caughtUp();
    }

    /** Elapsed time of the next entry. */
    long nextDueMillis() {
        return wheel.nextDueTick();
    }

    /** Wall time of the next entry of those that wait for it. */
    long nextWallMillis() {
        return wall.nextDueMillis();
    }

    int deferred() {
        return deferred;
    }

    int retrying() {
        return size() - deferred;
    }

    /** All entries. */
    int size() {
        return wheel.size() + wall.size();
    }

    void forEach(HierarchicalTimeWheel.Visitor visitor) {
        wheel.forEach(visitor);
        wall.forEach(visitor);
    }

    /** Takes out what has this handle and these words; false when it has left. */
    boolean cancel(long handle, long id, long payload) {
        if (isByWall(payload)) {
            return wall.cancel(handle, id, payload);
        }
        return wheel.isPending(handle) && wheel.id(handle) == id && wheel.cancel(handle);
    }

    /**
     * Visits what waits, slice by slice: every entry that is there from the start of such a walk to its end exactly once.
     *
     * @param from
     *            0 at first, then what the last call returned
     * @return where to go on, or -1 at the end
     */
    long scan(long from, int slots, HierarchicalTimeWheel.Visitor visitor) {
        if (from >= FIRST_OF_WALL) {
            return wall.scan(from, slots, visitor);
        }
        int next = wheel.scan((int) from, slots, visitor);
        return next >= 0 ? next : FIRST_OF_WALL;
    }

    /** Where a deferred message stands is no part of what it is: recovery and relocation change it. */
    private static long hash(long name, long payload) {
        long id = isDeferred(payload) ? 0 : name;
        long h = id * 0x9E37_79B9_7F4A_7C15L;
        h = (h ^ h >>> 32) * 0xD6E8_FEB8_6659_FD93L ^ payload;
        h = (h ^ h >>> 29) * 0xBF58_476D_1CE4_E5B9L;
        return h ^ h >>> 32;
    }
}
