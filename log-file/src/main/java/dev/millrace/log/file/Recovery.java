package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.log.file.TailFinder.Tail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log back (docs/log-format.md, "Reading back"): finds its end, cuts what was never synced, begins the segment
 * in which it goes on, and hands everything to the engine. Used once, by the owner.
 */
final class Recovery {
    private final LogContext context;
    private final ShardFolder folder;
    private final LogMeta meta;
    private final SegmentTable table;
    private final SegmentSupply supply;
    private final SnapshotStore snapshots;
    private final List<String> notes = new ArrayList<>();
    private TailCopier.@Nullable Begun begun;
    private long tornBytes;
    private long batches;
    private long bytes;
    private long lastElapsedMillis;
    private long lastWallMillis;

    Recovery(LogContext context, LogParts parts) {
        this.context = context;
        this.folder = context.folder;
        this.meta = context.meta;
        table = parts.table();
        supply = parts.supply();
        snapshots = parts.snapshots();
    }

    /** See {@link dev.millrace.core.log.ShardLog#recover}; {@code trustedEnd} as in {@link TailFinder}. */
    RecoveryReport run(long epoch, long trustedEnd, ReplayTarget target) {
        try (FileSnapshotReader snapshot = prepare(epoch, trustedEnd)) {
            Chain chain = chain(folder.list().segments(), snapshot == null ? 0 : snapshot.position());
            long base = 0;
            int baseCrc = 0;
            if (snapshot != null) {
                base = snapshot.position();
                baseCrc = snapshot.previousCrc();
                lastElapsedMillis = snapshot.elapsedMillis();
                lastWallMillis = snapshot.wallMillis();
                target.snapshot(snapshot);
            }
            replay(chain, base, baseCrc, target);
            return new RecoveryReport(base, begun().end(), batches, bytes, tornBytes, lastElapsedMillis,
                    lastWallMillis, List.copyOf(notes));
        } catch (IOException failure) {
            throw context.failure.write("recovering", folder.path(), failure);
        }
    }

    TailCopier.Begun begun() {
        if (begun == null) {
            throw new IllegalStateException("not recovered");
        }
        return begun;
    }

    /** Mends the folder; afterwards its chain is whole and synced. The snapshot to start from, if there is one. */
    private @Nullable FileSnapshotReader prepare(long epoch, long trustedEnd) throws IOException {
        ShardFolder.Listing listing = folder.list();
        for (Path temporary : listing.temporary()) {
            folder.port().delete(temporary);
        }
        FileSnapshotReader snapshot = snapshots.newestValid(listing.snapshots(), notes);
        try {
            long base = snapshot == null ? 0 : snapshot.position();
            Chain chain = chain(listing.segments(), base);
            Tail tail = tail(chain, snapshot, trustedEnd);
            new TornKeeper(folder, meta).bound(notes);
            snapshots.tidy();
            supply.adopt(listing.spares());
            begin(epoch, listing, chain, tail);
        } catch (IOException | RuntimeException | Error failure) {
            if (snapshot != null) {
                snapshot.close();
            }
            throw failure;
        }
        return snapshot;
    }

    private Tail tail(Chain chain, @Nullable FileSnapshotReader snapshot, long trustedEnd) throws IOException {
        long base = snapshot == null ? 0 : snapshot.position();
        if (chain.links().isEmpty()) {
            return new LooseFiles(folder, meta).tailOfNothing(chain.loose());
        }
        int baseCrc = snapshot == null ? 0 : snapshot.previousCrc();
        return new TailFinder(folder, meta, chain, base, baseCrc, trustedEnd).find();
    }

    private Chain chain(List<Long> numbers, long base) throws IOException {
        TreeMap<Long, SegmentHeader> valid = new TreeMap<>();
        for (long number : numbers) {
            long start = number * meta.segmentBytes();
            SegmentHeader header = SegmentHeader.decode(
                    folder.head(folder.segment(number, false), SegmentHeader.BYTES), meta, start, false);
            if (header != null) {
                valid.put(number, header);
            }
        }
        Chain chain = Chain.find(numbers, valid, base, meta);
        if (chain == null) {
            throw new LogException(Category.DAMAGED, "the segments in " + folder.path()
                    + " do not lead back to position "
                    + base + ": files are missing or their headers are damaged." + String.join(" ", notes)
                    + " Nothing was changed. Run millrace check on the folder; put the files back from a backup");
        }
        return chain;
    }

    private void begin(long epoch, ShardFolder.Listing listing, Chain chain, Tail tail) throws IOException {
        tornBytes = new TornKeeper(folder, meta).keep(tail.torn(), notes);
        List<Long> links = chain.links().stream().map(link -> link.start() / meta.segmentBytes()).toList();
        for (long number : listing.segments()) {
            Path path = folder.segment(number, false);
            boolean gone = tail.torn().stream().anyMatch(torn -> torn.whole() && torn.number() == number);
            if (gone) {
                continue;
            }
            if (chain.loose().contains(number)) {
                supply.recycle(path);
            } else {
                long end = links.indexOf(number) >= 0 ? chain.limit(links.indexOf(number)) : -1;
                long start = number * meta.segmentBytes();
                table.add(new Segment(number, false, path, start, end >= 0 ? end : start + meta.segmentBytes()));
            }
        }
        cutUnusedEnds(chain, tail.occupied());
        for (Segment segment : table.all(false)) {
            segment.fileBytes = folder.bytes(segment.path);
        }
        long next = listing.segments().isEmpty() ? 0 : listing.segments().getLast() + 1;
        begun = new TailCopier(context, supply, table, epoch, tail).copy(next);
        Segment ended = tail.trusted() > 0 ? table.at(tail.trusted() - 1) : null;
        if (ended != null) {
            ended.end = tail.trusted();
        }
        for (SegmentHeader link : chain.links()) {
            Segment copied = link.start() >= tail.trusted() ? table.at(link.start()) : null;
            if (copied != null && table.remove(copied)) {
                supply.recycle(copied.path);
            }
        }
    }

    /**
     * No segment of the chain is written any more: what was prepared in it for batches that never came is given back,
     * before the next one is begun. So that one finds as much room as the one before it had, less what was written.
     */
    private void cutUnusedEnds(Chain chain, long occupied) throws IOException {
        for (int i = 0; i < chain.links().size(); i++) {
            long start = chain.links().get(i).start();
            boolean last = occupied <= start + meta.segmentBytes();
            folder.cut(folder.segment(start / meta.segmentBytes(), false), (last ? occupied : chain.limit(i)) - start);
            if (last) {
                return;
            }
        }
    }

    private void replay(Chain chain, long base, int baseCrc, ReplayTarget target) throws IOException {
        int crc = baseCrc;
        for (int i = 0; i < chain.links().size(); i++) {
            SegmentHeader link = chain.links().get(i);
            boolean inside = i == 0 && base > link.start();
            long position = inside ? base : link.firstBatch();
            crc = inside ? baseCrc : link.previousCrc();
            long limit = chain.limit(i) >= 0 ? chain.limit(i) : begun().end();
            Path path = folder.segment(link.start() / meta.segmentBytes(), false);
            try (SegmentScan scan = new SegmentScan(folder, meta, path, link.start())) {
                while (position < limit) {
                    BatchHeader batch = scan.batchAt(position);
                    if (batch == null || !mayFollow(batch, link, crc)) {
                        throw new LogException(Category.DAMAGED, path + " is damaged at position " + position
                                + " (offset " + (position - link.start()) + "), which had been synced. Run millrace"
                                + " check on the folder; put the file back from a backup, or move the shard's folder"
                                + " away to start empty");
                    }
                    deliver(batch, scan, target);
                    position = batch.next();
                    crc = batch.headerCrc();
                }
            }
        }
    }

    private boolean mayFollow(BatchHeader batch, SegmentHeader link, int crc) {
        return context.bugs.contains(PlantedBug.ACCEPT_STALE_BATCH) || batch.follows(link.epoch(), crc);
    }

    private void deliver(BatchHeader batch, SegmentScan scan, ReplayTarget target) {
        if (batch.elapsedMillis() >= lastElapsedMillis) {
            // Both of one batch: a mark of the log's own may be older than the snapshot before it.
            lastElapsedMillis = batch.elapsedMillis();
            lastWallMillis = batch.wallMillis();
        }
        if (batch.recordCount() > 0) {
            batches++;
            bytes += batch.length();
            target.batch(batch.position(), batch.recordCount(), batch.elapsedMillis(), batch.wallMillis(),
                    scan.batch(batch).position(BatchHeader.BYTES));
        }
    }
}
