package dev.millrace.log.file;

import dev.millrace.core.log.LogException;

/** Goes through the batches of one segment, in order, as far as they are valid. */
final class SegmentWalk {
    /** Is shown each valid batch. */
    interface Visitor {
        void batch(BatchHeader header, SegmentScan scan);
    }

    private final SegmentScan scan;
    private final SegmentHeader header;
    private final LogMeta meta;
    private long position;
    private int crc;
    private boolean cleanStop;

    SegmentWalk(SegmentScan scan, SegmentHeader header, LogMeta meta) {
        this.scan = scan;
        this.header = header;
        this.meta = meta;
        position = header.firstBatch();
        crc = header.previousCrc();
    }

    /** Shows the batches from {@code from} on, up to {@code limit} or, if that is -1, to the first that is not valid. */
    void run(long from, long limit, Visitor visitor) {
        while (position != limit) {
            BatchHeader batch = scan.batchAt(position);
            if (batch == null || !batch.follows(header.epoch(), crc) || (limit >= 0 && batch.next() > limit)) {
                return;
            }
            cleanStop = batch.has(BatchHeader.CLEAN_STOP);
            crc = batch.headerCrc();
            position = batch.next();
            if (batch.position() >= from) {
                visitor.batch(batch, scan);
            }
        }
    }

    /** Where it stopped. */
    long position() {
        return position;
    }

    /** The last batch was the mark of a clean stop. */
    boolean endsCleanly() {
        return cleanStop;
    }

    /** The last valid header at or after the place where it stopped that cannot be reached, or -1. */
    long unreachable(long limit) {
        long end = limit >= 0 ? limit : header.start() + meta.segmentBytes();
        long[] last = {-1};
        scan.findHeaders(position, end, batch -> {
            if (batch.epoch() == header.epoch()) {
                last[0] = batch.position();
            }
        });
        return last[0];
    }

    /** The error for a batch that should be there. */
    LogException missing() {
        return new LogException(LogException.Category.DAMAGED, scan.path + " is damaged at position " + position);
    }
}
