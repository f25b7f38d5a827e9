package dev.millrace.log.file;

import dev.millrace.core.log.Location;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The segments that exist, by number. Thread-safe; a segment is removed before its file is touched, so that a reader
 * that still finds the file changed looks here again and learns that it is gone.
 */
final class SegmentTable {
    private final LogMeta meta;
    private final ConcurrentSkipListMap<Long, Segment> hot = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<Long, Segment> cold = new ConcurrentSkipListMap<>();

    SegmentTable(LogMeta meta) {
        this.meta = meta;
    }

    ConcurrentSkipListMap<Long, Segment> of(boolean isCold) {
        return isCold ? cold : hot;
    }

    @Nullable
    Segment at(long position) {
        boolean isCold = (position & Location.COLD) != 0;
        return of(isCold).get((position & ~Location.COLD) / meta.segmentBytes());
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

    /** First positions of all segments, cold ones with their flag. */
    long[] starts() {
        return java.util.stream.Stream.concat(hot.values().stream(), cold.values().stream())
                .mapToLong(segment -> segment.start)
                .toArray();
    }
}
