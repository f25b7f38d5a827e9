package dev.millrace.core.machine;

import dev.millrace.core.message.BodyLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;

/**
 * One pass of relocation: the body records in a set of sealed, mostly dead segments that somebody still needs.
 *
 * <p>
 * Life: the owner collects them in slices ({@link #collect}); a background thread copies the records to cold segments
 * and notes where ({@link #moved}); the owner writes MOVE records for those that are still where they were
 * ({@link #apply}). Whole records are moved: a record is at most a chunk, so one stuck message keeps one chunk.
 *
 * <p>
 * Thread safety: one thread at a time, in the order above.
 */
public final class MovePlan {
    /** Items of one pass; what is left over waits for the next. */
    private static final int MAX_ITEMS = 65_536;
    private static final long DAY_MILLIS = 86_400_000;

    private final Machine machine;
    private final long[] segments;
    private final long segmentBytes;
    private final Topic[] topics;
    private int topicAt;
    private int ordinalAt;
    private long slotAt;
    private final NotesWalk notes;
    private Item[] items = new Item[256];
    private int size;
    private int applied;

    private static final class Item {
        final int topic;
        final int ordinal;
        final long location;
        final long due;
        final long payload;
        final long handle;
        /** 0 until copied; no record stands at offset 0. */
        long newLocation;

        Item(int topic, int ordinal, long location, long due, long payload, long handle) {
            this.topic = topic;
            this.ordinal = ordinal;
            this.location = location;
            this.due = due;
            this.payload = payload;
            this.handle = handle;
        }
    }

    /**
     * @param segmentPositions
     *            where the segments start, cold flag included
     */
    public MovePlan(Machine machine, long[] segmentPositions, long segmentBytes) {
        this.machine = machine;
        this.segmentBytes = segmentBytes;
        segments = segmentPositions.clone();
        Arrays.sort(segments);
        topics = machine.topics().toArray(Topic[]::new);
        notes = new NotesWalk(machine.state, (group, key, location, table) -> {
            if (isIn(location)) {
                add(new Item(group, Relocation.NOTE, location, table, key, 0));
            }
        });
    }

    // ---- owner: collecting ----

    /** Looks at the next {@code slice} entries; returns whether everything was looked at. */
    public boolean collect(int slice) {
        int left = slice;
        while (topicAt < topics.length && left > 0 && size < MAX_ITEMS) {
            Topic topic = topics[topicAt];
            left -= collect(topic, left);
            if (topic.removed || ordinalAt >= topic.chunks.size()) {
                topicAt++;
                ordinalAt = 0;
            }
        }
        if (topicAt == topics.length && slotAt >= 0 && left > 0) {
            slotAt = machine.state.waiting.scan(slotAt, left, this::deferred);
        }
        if (slotAt < 0 && left > 0) {
            notes.walk(left);
        }
        boolean done = size >= MAX_ITEMS || (topicAt == topics.length && slotAt < 0 && notes.isDone());
        if (done) {
            Arrays.sort(items, 0, size, Comparator.comparingInt((Item item) -> item.topic)
                    .thenComparingLong(item -> item.due / DAY_MILLIS)
                    .thenComparingLong(item -> item.location));
        }
        return done;
    }

    private int collect(Topic topic, int limit) {
        int looked = 0;
        while (!topic.removed && ordinalAt < topic.chunks.size() && looked < limit) {
            ordinalAt = topic.chunks.skipDropped(ordinalAt);
            if (topic.chunks.isLive(ordinalAt) && isIn(topic.chunks.location(ordinalAt))) {
                add(new Item(topic.number, ordinalAt, topic.chunks.location(ordinalAt), 0, 0, 0));
            }
            ordinalAt++;
            looked++;
        }
        return Math.max(1, looked);
    }

    private void deferred(long handle, long dueMillis, long id, long payload) {
        if (Waiting.isDeferred(payload) && isIn(id)) {
            add(new Item(Waiting.owner(payload), Relocation.DEFERRED, id, dueMillis, payload, handle));
        }
    }

    private void add(Item item) {
        if (size == items.length) {
            items = Arrays.copyOf(items, size * 2);
        }
        items[size++] = item;
    }

    private boolean isIn(long location) {
        long position = dev.millrace.core.log.Location.batchPosition(location);
        long cold = position & dev.millrace.core.log.Location.COLD;
        long start = (position - cold) / segmentBytes * segmentBytes | cold;
        return Arrays.binarySearch(segments, start) >= 0;
    }

    // ---- background: copying ----

    public int size() {
        return size;
    }

    /** Where the record of this item stands. */
    public long location(int item) {
        return items[item].location;
    }

    /** Its copy stands here. */
    public void moved(int item, long newLocation) {
        items[item].newLocation = newLocation;
    }

    // ---- owner: applying ----

    /** Writes the records for the next {@code slice} items; returns whether all are done. */
    public boolean apply(int slice) {
        RecordWriter out = machine.out();
        out.begin(Records.MOVE, 0, 0);
        int end = Math.min(size, applied + slice);
        for (; applied < end; applied++) {
            Item item = items[applied];
            if (item.newLocation != 0) {
                if (item.ordinal == Relocation.DEFERRED) {
                    applyDeferred(out, item);
                } else if (item.ordinal == Relocation.NOTE) {
                    applyNote(out, item);
                } else {
                    applyChunk(out, item);
                }
            }
        }
        out.end();
        return applied == size;
    }

    private void applyChunk(RecordWriter out, Item item) {
        Topic topic = machine.state.topicOrNull(item.topic);
        if (topic != null && topic.chunks.isLive(item.ordinal)
                && topic.chunks.location(item.ordinal) == item.location) {
            int units = topic.chunks.units(item.ordinal);
            write(out, item, units);
            machine.applier.moved(topic, item.ordinal, item.newLocation, units);
        }
    }

    private void applyDeferred(RecordWriter out, Item item) {
        if (machine.state.waiting.cancel(item.handle, item.location, item.payload)) {
            write(out, item, Waiting.units(item.payload));
            machine.applier.movedDeferred(item.due, item.location, item.payload, item.newLocation);
        }
    }

    private void applyNote(RecordWriter out, Item item) {
        Group group = machine.state.groupOrNull(item.topic);
        if (group != null && Notes.table(group, (int) item.due).get(item.payload) == item.location) {
            write(out, item, NoteTable.units(item.payload));
            machine.applier.notes.moved(group, (int) item.due, item.payload, item.newLocation);
        }
    }

    private static void write(RecordWriter out, Item item, int units) {
        ByteBuffer bytes = out.room(Relocation.ITEM_BYTES);
        bytes.putInt(item.topic)
                .putInt(item.ordinal)
                .putLong(item.newLocation)
                .putLong(item.location)
                .putInt(units)
                .putInt(0)
                .putLong(item.due)
                .putLong(item.payload);
    }

    /** Length in bytes of the body record at this offset of a block. */
    public static int recordBytes(ByteBuffer block, int offset) {
        return block.getInt(offset + BodyLayout.LENGTH);
    }
}
