package dev.millrace.log.file;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogUsage;
import dev.millrace.structures.ConcurrentLongSkipList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The segments that exist, by number. Thread-safe: the shard's thread and the copier add, the reclaimer removes, readers
 * look up at any time. A segment is removed before its file is touched, so that a reader that still finds the file changed
 * looks here again and learns that it is gone.
 */
final class SegmentTable {
    private final LogMeta meta;
    private final ConcurrentLongSkipList<Segment> hot = new ConcurrentLongSkipList<>();
    private final ConcurrentLongSkipList<Segment> cold = new ConcurrentLongSkipList<>();

    SegmentTable(LogMeta meta) {
        this.meta = meta;
    }

    private ConcurrentLongSkipList<Segment> of(boolean isCold) {
        return isCold ? cold : hot;
    }

    @Nullable
    Segment at(long position) {
        boolean isCold = (position & Location.COLD) != 0;
        return of(isCold).get((position & ~Location.COLD) / meta.segmentBytes());
    }

    /** The segment that follows another of its kind in number. */
    @Nullable
    Segment after(Segment segment) {
        return of(segment.cold).get(segment.number + 1);
    }

    /** Whether no segment of its kind has a higher number. */
    boolean isLast(Segment segment) {
        return of(segment.cold).higherEntry(segment.number) == null;
    }

    void add(Segment segment) {
        of(segment.cold).put(segment.number, segment);
    }

    boolean remove(Segment segment) {
        return of(segment.cold).remove(segment.number, segment);
    }

    int count() {
        return hot.size() + cold.size();
    }

    /** How many there are, the bytes of their files, and how many of those stand before the end of the batches. */
    LogUsage.Files files(long preparedBytes) {
        int count = 0;
        long disk = preparedBytes;
        long used = 0;
        for (boolean isCold : new boolean[]{false, true}) {
            for (Segment segment : all(isCold)) {
                count++;
                disk += segment.bytesOnDisk();
                used += segment.bytesUsed();
            }
        }
        return new LogUsage.Files(count, disk, used);
    }

    /** All segments of a kind, by number. */
    List<Segment> all(boolean isCold) {
        List<Segment> all = new ArrayList<>();
        of(isCold).scan(Long.MIN_VALUE, (number, segment) -> all.add(segment));
        return all;
    }

    /** First positions of all segments, cold ones with their flag. */
    long[] starts() {
        List<Segment> all = all(false);
        all.addAll(all(true));
        return all.stream().mapToLong(segment -> segment.start).toArray();
    }
}
