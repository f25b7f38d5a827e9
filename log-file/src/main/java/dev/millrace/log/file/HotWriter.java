package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches at the end of the log. Belongs to the owner thread; what it hands to the background is said in
 * {@link CurrentFile}, {@link SegmentSupply} and {@link Durability}.
 */
final class HotWriter {
    private final LogContext context;
    private final SegmentTable table;
    private final SegmentSupply supply;
    private final Durability durability;
    private final Space space;
    private final long epoch;
    private final BatchHeader.Author author;
    private @Nullable CurrentFile current;
    private long tail;
    private int previousCrc;
    private long reservedAt = -1;
    private int reservedBytes;

    HotWriter(LogContext context, LogParts parts, long epoch) {
        this.context = context;
        table = parts.table();
        supply = parts.supply();
        durability = parts.durability();
        space = parts.space();
        this.epoch = epoch;
        author = context.author(epoch);
    }

    /** Goes on in a segment that recovery has begun: batches up to {@code end} stand in it and are synced. */
    void begin(Segment segment, long preparedBytes, long end, int lastCrc) throws IOException {
        StoreFile file = context.port().open(segment.path, context.appendAccess());
        current = new CurrentFile(file, segment, preparedBytes, supply);
        tail = end;
        previousCrc = lastCrc;
        segment.end = end;
        table.add(segment);
        durability.begin(file, segment.path, end);
    }

    long tail() {
        return tail;
    }

    int previousCrc() {
        return previousCrc;
    }

    /** See {@link dev.millrace.core.log.ShardLog#reserve}. */
    long reserve(int maxBytes) {
        long padded = BatchHeader.align(maxBytes, context.alignShift());
        long segmentBytes = context.meta.segmentBytes();
        if (maxBytes < BatchHeader.BYTES || padded > segmentBytes - SegmentHeader.BYTES) {
            throw new LogException(Category.CALLER,
                    "a batch of up to " + maxBytes + " bytes does not fit into a segment"
                            + " of " + segmentBytes
                            + "; publish less at once, or make the data folder anew with larger segments");
        }
        context.failure.check();
        long offset = tail - current().segment.start;
        if (offset + padded > segmentBytes || !fitsPrepared(offset + padded)) {
            roll(padded);
        }
        reservedAt = tail;
        reservedBytes = maxBytes;
        return tail;
    }

    /**
     * Makes sure of prewritten room. The first file of an opening is small: when it is full and a whole one is ready,
     * that is used; until then it is extended. False when the next segment must be begun.
     */
    private boolean fitsPrepared(long endOffset) {
        CurrentFile file = current();
        if (endOffset <= file.prepared()) {
            return true;
        }
        if (supply.count() > 0) {
            return false;
        }
        try {
            file.prepare(endOffset);
            space.look();
            return true;
        } catch (IOException full) {
            space.starved();
            throw context.failure.write("extending", file.path(), full);
        }
    }

    /** Goes on in the next segment, whose header ends this one; it has room for {@code firstBatchBytes} at least. */
    private void roll(long firstBatchBytes) {
        CurrentFile before = current();
        if (context.syncsEachAppend()) {
            durability.sync();
        }
        long number = before.segment.number + 1;
        long start = number * context.meta.segmentBytes();
        SegmentHeader header = new SegmentHeader(epoch, start, tail, durability.synced(), previousCrc, false);
        Segment segment = new Segment(number, false, context.folder.segment(number, false), start,
                header.firstBatch());
        try {
            SegmentSupply.Supplied supplied = supply.take(number, header.firstBatch() - start + firstBatchBytes);
            StoreFile file = context.port().open(segment.path, context.appendAccess());
            segment.fileBytes = supplied.preparedBytes();
            current = new CurrentFile(file, segment, supplied.preparedBytes(), supply);
            current().write(header.encode(context.meta), 0);
            context.bytesWritten.add(SegmentHeader.BYTES);
            durability.begin(file, segment.path, tail);
        } catch (IOException failure) {
            space.starved();
            throw context.failure.write("preparing", segment.path, failure);
        }
        tail = header.firstBatch();
        table.add(segment);
        durability.written(tail);
        space.look();
        context.threads.work(context.syncsEachAppend() ? this::topUp : this::syncAndTopUp);
    }

    /** Writes the batch where it was reserved; its position. */
    long append(BatchBuffer batch, int flags) {
        context.failure.check();
        int length = batch.length();
        if (reservedAt != tail) {
            reserve(length);
        } else if (length > reservedBytes) {
            throw new LogException(Category.CALLER,
                    "a batch of " + length + " bytes outgrew its reservation of " + reservedBytes);
        }
        long position = tail;
        int padded = (int) BatchHeader.align(length, context.alignShift());
        ByteBuffer bytes = batch.ensure(padded - length);
        int crc = BatchHeader.write(bytes, length,
                new BatchHeader.Stamp(author, flags, position, durability.synced(),
                        batch.elapsedMillis(), batch.wallMillis(), batch.recordCount(), previousCrc));
        zero(bytes, length, padded);
        write(bytes, padded, position);
        previousCrc = crc;
        tail = position + padded;
        reservedAt = -1;
        current().segment.end = tail;
        current().segment.released = false;
        durability.written(tail);
        prepareAhead(padded);
        return position;
    }

    private static void zero(ByteBuffer bytes, int from, int to) {
        for (int at = from; at < to; at++) {
            bytes.put(at, (byte) 0);
        }
    }

    private void write(ByteBuffer bytes, int padded, long position) {
        CurrentFile file = current();
        long start = context.direct ? context.threads.nanoTime() : 0;
        try {
            file.write(bytes.duplicate().limit(padded).position(0), position - file.segment.start);
        } catch (IOException failure) {
            throw context.failure.write("writing", file.path(), failure);
        }
        if (context.direct) {
            context.syncs.increment();
            context.syncNanos.add(context.threads.nanoTime() - start);
        }
        context.appends.increment();
        context.bytesWritten.add(padded);
    }

    /** Has the background prepare whole files as soon as the log is really used. */
    private void prepareAhead(int justWritten) {
        CurrentFile file = current();
        long used = tail - file.segment.start;
        long quarter = file.prepared() / 4;
        if (used >= quarter && used - justWritten < quarter) {
            context.threads.work(this::topUp);
        }
    }

    private void topUp() {
        try {
            supply.topUp();
        } catch (IOException full) {
            space.starved();
        }
    }

    private void syncAndTopUp() {
        if (context.failure.reason() == null) {
            try {
                durability.sync();
            } catch (LogException failed) {
                // The owner meets it at its next call.
                return;
            }
        }
        topUp();
    }

    private CurrentFile current() {
        if (current == null) {
            throw new LogException(Category.CALLER, "the log must be recovered before it is written");
        }
        return current;
    }
}
