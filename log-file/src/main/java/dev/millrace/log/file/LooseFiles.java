package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.log.file.TailFinder.Tail;
import java.io.IOException;
import java.util.List;

/** Looks at the segment files of a log in which no segment has a valid header: it is new, or its first is damaged. */
final class LooseFiles {
    private final ShardFolder folder;
    private final LogMeta meta;

    LooseFiles(ShardFolder folder, LogMeta meta) {
        this.folder = folder;
        this.meta = meta;
    }

    /** The tail of a log that has not begun; damage if any file holds a batch that follows a synced one. */
    Tail tailOfNothing(List<Long> numbers) throws IOException {
        for (long number : numbers) {
            long start = number * meta.segmentBytes();
            try (SegmentScan scan = new SegmentScan(folder, meta, folder.segment(number, false), start)) {
                scan.findHeaders(start + SegmentHeader.BYTES, start + meta.segmentBytes(), batch -> {
                    if (batch.synced() > 0) {
                        throw new LogException(Category.DAMAGED, scan.path + " has no valid header, but its batch at "
                                + batch.position() + " says that the log was synced up to " + batch.synced()
                                + ". Nothing was changed; put the file back from a backup");
                    }
                });
            }
        }
        return new Tail(0, 0, List.of(), List.of(), 0);
    }
}
