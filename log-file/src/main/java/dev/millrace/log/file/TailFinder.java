package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds where a log ends: the first batch that is not valid, and whether that is a torn tail or damage.
 *
 * <p>
 * Only the end of the chain is looked at, from the last segment on whose header says that all before it was synced;
 * what lies before must be whole and is checked when it is replayed.
 */
final class TailFinder {
    /**
     * What was found.
     *
     * @param trusted
     *            where the log leaves what is known to be synced; it goes on in a new segment
     * @param trustedCrc
     *            header checksum of the batch before that position
     * @param unsynced
     *            valid batches that nothing records as synced, oldest first
     * @param torn
     *            ranges of files that are cut off
     * @param occupied
     *            behind everything that was ever written to the segment in which the log ends: nothing stands from here on
     */
    record Tail(long trusted, int trustedCrc, List<BatchHeader> unsynced, List<Torn> torn, long occupied) {}

    /** Bytes of a segment that are cut off. {@code whole}: the file does not belong to the chain any more. */
    record Torn(long number, long from, long to, boolean whole) {
        long bytes() {
            return to - from;
        }
    }

    private final ShardFolder folder;
    private final LogMeta meta;
    private final Chain chain;
    private final long base;
    private final int baseCrc;
    private final long trustedEnd;
    private final ArrayDeque<BatchHeader> unsynced = new ArrayDeque<>();
    private long recorded;
    private String recordedBy = "the snapshot";
    private long position;
    private int crc;
    private int crcBeforeUnsynced;

    /**
     * @param trustedEnd
     *            in the process in which the log failed: the position up to which its syncs had succeeded, everything
     *            after it is forgotten; else {@link Long#MAX_VALUE}
     */
    TailFinder(ShardFolder folder, LogMeta meta, Chain chain, long base, int baseCrc, long trustedEnd) {
        this.folder = folder;
        this.meta = meta;
        this.chain = chain;
        this.base = base;
        this.baseCrc = baseCrc;
        this.trustedEnd = trustedEnd;
        recorded = base;
    }

    Tail find() throws IOException {
        int link = firstUncertain();
        SegmentHeader first = chain.links().get(link);
        boolean inside = link == 0 && base > first.start();
        position = inside ? base : first.firstBatch();
        crc = inside ? baseCrc : first.previousCrc();
        crcBeforeUnsynced = crc;
        record(first.synced(), "the header of segment " + number(first));
        while (true) {
            SegmentHeader header = chain.links().get(link);
            long limit = chain.limit(link);
            walk(header, limit);
            if (position == limit) {
                link++;
                SegmentHeader next = chain.links().get(link);
                position = next.firstBatch();
                record(next.synced(), "the header of segment " + number(next));
                continue;
            }
            return end(link);
        }
    }

    private int firstUncertain() {
        for (int link = chain.links().size() - 1; link > 0; link--) {
            SegmentHeader header = chain.links().get(link);
            if (header.synced() >= header.previousEnd()) {
                return link;
            }
        }
        return 0;
    }

    private void walk(SegmentHeader header, long limit) throws IOException {
        try (SegmentScan scan = new SegmentScan(folder, meta, path(number(header)), header.start())) {
            while (position != limit && position < trustedEnd) {
                BatchHeader batch = scan.batchAt(position);
                if (batch == null || !belongs(batch, header) || (limit >= 0 && batch.next() > limit)) {
                    return;
                }
                record(batch.synced(), "the batch at " + position);
                unsynced.add(batch);
                dropSynced();
                position = batch.next();
                crc = batch.headerCrc();
            }
        }
    }

    private boolean belongs(BatchHeader batch, SegmentHeader header) {
        return folder.bugs().contains(PlantedBug.ACCEPT_STALE_BATCH) || batch.follows(header.epoch(), crc);
    }

    private void record(long synced, String by) {
        if (synced > recorded) {
            recorded = synced;
            recordedBy = by;
            dropSynced();
        }
    }

    private void dropSynced() {
        while (!unsynced.isEmpty() && unsynced.getFirst().position() < recorded) {
            crcBeforeUnsynced = unsynced.removeFirst().headerCrc();
        }
    }

    private Tail end(int link) throws IOException {
        long found = position;
        List<Torn> torn = new ArrayList<>();
        SegmentHeader header = chain.links().get(link);
        torn.addAll(tornInside(header, chain.limit(link)));
        long occupied = torn.stream().mapToLong(Torn::to).reduce(found, Math::max);
        for (int later = link + 1; later < chain.links().size(); later++) {
            record(chain.links().get(later).synced(), "the header of segment " + number(chain.links().get(later)));
            torn.addAll(tornFile(number(chain.links().get(later)), true));
        }
        for (long number : chain.loose()) {
            torn.addAll(tornFile(number, false));
        }
        if (trustedEnd != Long.MAX_VALUE) {
            record(Math.min(found, trustedEnd), "the last sync");
        } else if (recorded > found) {
            throw new LogException(Category.DAMAGED, path(number(header)) + " is damaged at position " + found
                    + " (offset " + (found - header.start()) + "): no valid batch stands there, but " + recordedBy
                    + " says that the log was synced up to " + recorded + ". Nothing was changed. Run millrace check on"
                    + " the folder; put the file back from a backup, or move the shard's folder away to start empty");
        }
        if (folder.bugs().contains(PlantedBug.CUT_LAST_ACKNOWLEDGED) && !unsynced.isEmpty()) {
            position = unsynced.getFirst().position();
            crc = unsynced.getFirst().previousCrc();
            unsynced.clear();
        }
        int crcBefore = crcBeforeUnsynced;
        while (!unsynced.isEmpty() && unsynced.getLast().has(BatchHeader.MARK)) {
            BatchHeader mark = unsynced.removeLast();
            position = mark.position();
            crc = mark.previousCrc();
        }
        crcBeforeUnsynced = crcBefore;
        return tail(torn, occupied);
    }

    private Tail tail(List<Torn> torn, long occupied) {
        long trusted = unsynced.isEmpty() ? position : unsynced.getFirst().position();
        int trustedCrc = unsynced.isEmpty() ? crc : crcBeforeUnsynced;
        for (SegmentHeader header : chain.links().reversed()) {
            // A header in front of nothing that is known to be synced is not known to be synced either: the log must
            // not be continued from it. Nor is it from a segment without batches, so that starts leave none behind.
            if (trusted == header.firstBatch() && (recorded <= header.start() || base < header.start())) {
                trusted = header.previousEnd();
                trustedCrc = header.previousCrc();
            }
        }
        return new Tail(trusted, trustedCrc, List.copyOf(unsynced), torn, occupied);
    }

    /** What stands behind the tail in its own segment: nothing, a batch begun, or batches that cannot be reached. */
    private List<Torn> tornInside(SegmentHeader header, long limit) throws IOException {
        long end = limit < 0 ? header.start() + meta.segmentBytes() : limit;
        try (SegmentScan scan = new SegmentScan(folder, meta, path(number(header)), header.start())) {
            long[] last = {position};
            scan.findHeaders(position, end, batch -> {
                if (batch.epoch() >= header.epoch()) {
                    record(batch.synced(), "the batch at " + batch.position());
                    last[0] = Math.max(last[0], Math.min(end, batch.next()));
                }
            });
            if (last[0] == position && position + BatchHeader.BYTES <= end && scan.resemblesBatch(position)) {
                last[0] = Math.min(end, position + SegmentHeader.BYTES);
            }
            return last[0] > position ? List.of(new Torn(number(header), position, last[0], false)) : List.of();
        }
    }

    /**
     * Batches of a file that the chain does not reach. Mere copies of an unfinished recovery are no loss, nor are marks.
     */
    private List<Torn> tornFile(long number, boolean linked) throws IOException {
        long start = number * meta.segmentBytes();
        try (SegmentScan scan = new SegmentScan(folder, meta, path(number), start)) {
            SegmentHeader header = scan.header(false);
            if (header != null) {
                record(header.synced(), "the header of segment " + number);
            }
            long[] end = {start};
            scan.findHeaders(start + SegmentHeader.BYTES, start + meta.segmentBytes(), batch -> {
                record(batch.synced(), "the batch at " + batch.position());
                if (!batch.has(BatchHeader.COPIED) && !batch.has(BatchHeader.MARK)) {
                    end[0] = Math.max(end[0], batch.next());
                }
            });
            return end[0] > start || linked
                    ? List.of(new Torn(number, start, Math.max(end[0], start + SegmentHeader.BYTES), true))
                    : List.of();
        }
    }

    private long number(SegmentHeader header) {
        return header.start() / meta.segmentBytes();
    }

    private Path path(long number) {
        return folder.segment(number, false);
    }
}
