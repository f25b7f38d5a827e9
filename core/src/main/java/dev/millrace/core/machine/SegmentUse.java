package dev.millrace.core.machine;

import dev.millrace.core.log.Location;
import java.util.Arrays;

/**
 * How much of each log segment is still needed, in units of 64 bytes. Derived from chunks and deferred messages; not
 * part of the state.
 *
 * <p>
 * Thread safety: owner thread only.
 */
public final class SegmentUse {
    private final long segmentBytes;
    private final Series hot = new Series();
    private final Series cold = new Series();

    private static final class Series {
        private long base = -1;
        private long[] units = new long[8];
        private long end;

        void change(long segment, long change) {
            if (base < 0) {
                base = segment;
                end = segment;
            }
            if (segment < base) {
                int shift = (int) (base - segment);
                long[] wider = new long[units.length + shift];
                System.arraycopy(units, 0, wider, shift, units.length);
                units = wider;
                base = segment;
            }
            int at = (int) (segment - base);
            if (at >= units.length) {
                units = Arrays.copyOf(units, Math.max(at + 1, units.length * 2));
            }
            units[at] += change;
            end = Math.max(end, segment + 1);
        }

        long get(long segment) {
            int at = (int) (segment - base);
            return base < 0 || at < 0 || at >= units.length ? 0 : units[at];
        }
    }

    SegmentUse(long segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    long segmentBytes() {
        return segmentBytes;
    }

    /** Units that a record of this many bytes counts for. */
    static int units(int bytes) {
        return (bytes + 63) >>> 6;
    }

    void add(long location, int units) {
        series(location).change(segment(location), units);
    }

    void remove(long location, int units) {
        series(location).change(segment(location), -units);
    }

    /** Bytes needed in the segment that starts at this position (cold flag included). */
    public long liveBytes(long segmentPosition) {
        boolean isCold = (segmentPosition & Location.COLD) != 0;
        return (isCold ? cold : hot).get((segmentPosition & ~Location.COLD) / segmentBytes) << 6;
    }

    /** First segment number of which anything was ever needed, and the end; for walking. */
    public long firstSegment(boolean isCold) {
        return Math.max(0, (isCold ? cold : hot).base);
    }

    public long endSegment(boolean isCold) {
        return (isCold ? cold : hot).end;
    }

    private Series series(long location) {
        return Location.isCold(location) ? cold : hot;
    }

    private long segment(long location) {
        return (Location.batchPosition(location) & ~Location.COLD) / segmentBytes;
    }
}
