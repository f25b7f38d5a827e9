package dev.millrace.log.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * The segments that make up the log from a base position on, oldest first, and those that do not belong to it.
 *
 * @param links
 *            headers of the chain; empty when no segment has been begun
 * @param loose
 *            numbers above the chain's start that are not in it: without a valid header, or cut off
 */
record Chain(List<SegmentHeader> links, List<Long> loose) {

    /**
     * Follows previousEnd backwards from the newest header from which the base can be reached.
     *
     * @param all
     *            numbers of all files
     * @param valid
     *            headers of those that have a valid one
     * @param base
     *            position of the snapshot, 0 for none
     * @return null when no header leads back to the base
     */
    static @Nullable Chain find(List<Long> all, NavigableMap<Long, SegmentHeader> valid, long base, LogMeta meta) {
        if (valid.isEmpty()) {
            return base > 0 ? null : new Chain(List.of(), all);
        }
        for (long newest : valid.descendingKeySet()) {
            List<SegmentHeader> links = linksFrom(newest, valid, base, meta);
            if (links != null) {
                long first = links.getFirst().start() / meta.segmentBytes();
                List<Long> loose = new ArrayList<>(all);
                loose.removeIf(number -> number <= first
                        || links.stream().anyMatch(link -> link.start() == number * meta.segmentBytes()));
                return new Chain(links, loose);
            }
        }
        return null;
    }

    private static @Nullable List<SegmentHeader> linksFrom(long newest, Map<Long, SegmentHeader> valid, long base,
            LogMeta meta) {
        List<SegmentHeader> links = new ArrayList<>();
        SegmentHeader link = valid.get(newest);
        while (link != null) {
            links.addFirst(link);
            if (link.previousEnd() <= base) {
                return base == 0 || base <= link.start() + meta.segmentBytes() ? links : null;
            }
            long before = numberBefore(link, meta);
            link = before < link.start() / meta.segmentBytes() ? valid.get(before) : null;
        }
        return null;
    }

    private static long numberBefore(SegmentHeader link, LogMeta meta) {
        return (link.previousEnd() - 1) / meta.segmentBytes();
    }

    /** Where the batches of a link end for sure, or -1 for the last one. */
    long limit(int link) {
        return link + 1 < links.size() ? links.get(link + 1).previousEnd() : -1;
    }
}
