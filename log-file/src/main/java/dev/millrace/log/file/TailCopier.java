package dev.millrace.log.file;

import dev.millrace.log.file.TailFinder.Tail;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Begins the segment in which a newly opened log goes on, and copies into it the batches that nothing records as
 * synced. The header of the first new segment is written last, after everything else is synced: it switches the log
 * over in one step.
 */
final class TailCopier {
    /** Where the log goes on. */
    record Begun(Segment segment, long preparedBytes, long end, int crc, List<SegmentHeader> headers) {}

    private final LogContext context;
    private final SegmentSupply supply;
    private final SegmentTable table;
    private final long epoch;
    private final Tail tail;
    private final List<SegmentHeader> headers = new ArrayList<>();
    private long position;
    private int crc;

    TailCopier(LogContext context, SegmentSupply supply, SegmentTable table, long epoch, Tail tail) {
        this.context = context;
        this.supply = supply;
        this.table = table;
        this.epoch = epoch;
        this.tail = tail;
        crc = tail.trustedCrc();
    }

    /** Copies into segments from {@code firstNumber} on. */
    Begun copy(long firstNumber) throws IOException {
        CurrentFile target = begin(firstNumber, tail.trusted());
        SegmentScan source = null;
        try {
            for (BatchHeader batch : tail.unsynced()) {
                source = sourceOf(batch, source);
                long padded = BatchHeader.align(batch.length(), context.alignShift());
                if (position + padded > target.segment.start + context.meta.segmentBytes()) {
                    finish(target);
                    target = begin(target.segment.number + 1, position);
                }
                write(target, batch, source);
            }
        } finally {
            if (source != null) {
                source.close();
            }
        }
        long prepared = target.prepared();
        finish(target);
        for (SegmentHeader header : headers.reversed()) {
            writeHeader(header);
        }
        return new Begun(target.segment, prepared, position, crc, List.copyOf(headers));
    }

    private CurrentFile begin(long number, long previousEnd) throws IOException {
        long start = number * context.meta.segmentBytes();
        SegmentSupply.Supplied supplied = supply.take(number, SegmentHeader.BYTES);
        headers.add(new SegmentHeader(epoch, start, previousEnd, tail.trusted(), crc, false));
        position = start + SegmentHeader.BYTES;
        Segment segment = new Segment(number, false, supplied.path(), start, position);
        segment.fileBytes = supplied.preparedBytes();
        StoreFile file = context.port().open(supplied.path(), context.bulkAccess());
        return new CurrentFile(file, segment, supplied.preparedBytes(), supply);
    }

    private SegmentScan sourceOf(BatchHeader batch, @Nullable SegmentScan open) throws IOException {
        long number = batch.position() / context.meta.segmentBytes();
        if (open != null && open.path.equals(context.folder.segment(number, false))) {
            return open;
        }
        if (open != null) {
            open.close();
        }
        return new SegmentScan(context.folder, context.meta, context.folder.segment(number, false),
                number * context.meta.segmentBytes());
    }

    private void write(CurrentFile target, BatchHeader batch, SegmentScan source) throws IOException {
        if (source.batchAt(batch.position()) == null) {
            throw new IOException(source.path + " reads differently a second time at position " + batch.position());
        }
        int padded = (int) BatchHeader.align(batch.length(), context.alignShift());
        ByteBuffer bytes = AlignedMemory.allocate(padded);
        bytes.put(0, source.batch(batch), 0, batch.length());
        crc = BatchHeader.write(bytes, batch.length(),
                new BatchHeader.Stamp(context.author(epoch), batch.flags() | BatchHeader.COPIED, position,
                        tail.trusted(), batch.elapsedMillis(), batch.wallMillis(), batch.recordCount(), crc));
        long offset = position - target.segment.start;
        target.prepare(offset + padded);
        target.write(bytes.limit(padded), offset);
        context.bytesWritten.add(padded);
        position += padded;
    }

    private void finish(CurrentFile target) throws IOException {
        target.file.force();
        target.file.close();
        target.segment.end = position;
        table.add(target.segment);
    }

    private void writeHeader(SegmentHeader header) throws IOException {
        long number = header.start() / context.meta.segmentBytes();
        try (StoreFile file = context.port().open(context.folder.segment(number, false), context.bulkAccess())) {
            ShardFolder.writeFully(file, header.encode(context.meta), 0);
            file.force();
        }
        context.bytesWritten.add(SegmentHeader.BYTES);
    }
}
