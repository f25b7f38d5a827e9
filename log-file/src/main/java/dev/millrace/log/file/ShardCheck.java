package dev.millrace.log.file;

import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.log.file.CheckReport.Problem;
import dev.millrace.log.file.CheckReport.Severity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checks the folder of one shard. Used once, by one thread. */
final class ShardCheck {
    private static final String FROM_BACKUP = "Put the file back from a backup; without one, move the shard's folder"
            + " away to start empty, or ask for help with a copy of it";

    private final ShardFolder folder;
    private final LogMeta meta;
    private final CheckFindings findings;
    private final @Nullable MachineCheck machine;
    private final TreeMap<Long, SegmentHeader> headers = new TreeMap<>();
    private final List<Long> validSnapshots = new ArrayList<>();

    ShardCheck(ShardFolder folder, LogMeta meta, CheckFindings findings, @Nullable MachineCheck machine) {
        this.folder = folder;
        this.meta = meta;
        this.findings = findings;
        this.machine = machine;
    }

    void run() throws IOException {
        ShardFolder.Listing listing = folder.list();
        for (Path path : listing.temporary()) {
            findings.add(new Problem(Severity.NOTE, path, -1, "it was not finished", "The next start deletes it"));
        }
        for (long position : listing.snapshots()) {
            snapshot(position);
        }
        for (long number : listing.segments()) {
            header(number, false);
        }
        Chain chain = chain(listing);
        for (SegmentHeader header : headers.values()) {
            segment(header, chain);
        }
        for (long number : listing.cold()) {
            cold(number);
        }
        if (machine != null && chain != null && !chain.links().isEmpty()) {
            new ReplayCheck(folder, meta, findings, machine).run(validSnapshots, List.copyOf(headers.keySet()),
                    headers);
        }
    }

    private void snapshot(long position) throws IOException {
        try (FileSnapshotReader _ = FileSnapshotReader.open(folder, meta, position)) {
            validSnapshots.add(position);
            findings.snapshot();
        } catch (LogException broken) {
            damage(folder.snapshot(position), position, String.valueOf(broken.getMessage()),
                    "The next start uses the snapshot before it, or replays the whole log if that is still there");
        }
    }

    private void header(long number, boolean cold) throws IOException {
        long start = number * meta.segmentBytes() | (cold ? Location.COLD : 0);
        Path path = folder.segment(number, cold);
        try (SegmentScan scan = new SegmentScan(folder, meta, path, start)) {
            SegmentHeader header = scan.header(cold);
            if (header != null) {
                headers.put(number, header);
                findings.segment();
                return;
            }
            long[] found = {0};
            scan.findHeaders(start + SegmentHeader.BYTES, start + meta.segmentBytes(), batch -> found[0]++);
            if (found[0] > 0) {
                damage(path, start, "its header is not valid, but " + found[0] + " batches stand in it", FROM_BACKUP);
            } else if (scan.resemblesHeader(0, start)) {
                note(path, start, "its header is not whole, and no batch stands in it",
                        "Nothing in it was ever answered; the next start reuses the file");
            }
        }
    }

    private @Nullable Chain chain(ShardFolder.Listing listing) {
        long base = validSnapshots.isEmpty() ? 0 : validSnapshots.getLast();
        Chain chain = Chain.find(listing.segments(), headers, base, meta);
        if (chain == null) {
            damage(folder.path(), base, "the segments do not lead back to position " + base
                    + ": files are missing or their headers are damaged", FROM_BACKUP);
        }
        return chain;
    }

    /** Where the next segment says that this one ends, or -1. */
    private long limit(SegmentHeader header) {
        long limit = -1;
        for (SegmentHeader later : headers.tailMap(header.start() / meta.segmentBytes(), false).values()) {
            if (later.previousEnd() > header.start() && later.previousEnd() <= header.start() + meta.segmentBytes()) {
                limit = later.previousEnd();
            }
        }
        return limit;
    }

    private void segment(SegmentHeader header, @Nullable Chain chain) throws IOException {
        long limit = limit(header);
        boolean newest = header.equals(headers.lastEntry().getValue());
        Path path = folder.segment(header.start() / meta.segmentBytes(), false);
        try (SegmentScan scan = new SegmentScan(folder, meta, path, header.start())) {
            SegmentWalk walk = new SegmentWalk(scan, header, meta);
            walk.run(0, limit, (batch, _) -> findings.batch(batch));
            if (walk.position() != limit) {
                ended(path, walk, limit, scan);
            }
            if (newest && !walk.endsCleanly()) {
                findings.unclean(meta.shard());
            }
        }
        if (chain != null && !chain.links().contains(header)
                && header.start() > chain.links().getFirst().start()) {
            note(path, header.start(), "no later segment leads to it: a recovery was interrupted",
                    "The next start sets it aside");
        }
    }

    /** The walk stopped where no known end is. */
    private void ended(Path path, SegmentWalk walk, long limit, SegmentScan scan) {
        long beyond = walk.unreachable(limit);
        if (limit >= 0) {
            damage(path, walk.position(), "no valid batch stands there, but the segment goes on to " + limit,
                    FROM_BACKUP);
        } else if (beyond > walk.position()) {
            damage(path, walk.position(), "no valid batch stands there, but one stands later, at " + beyond,
                    FROM_BACKUP);
        } else if (scan.resemblesBatch(walk.position())) {
            note(path, walk.position(), "a batch was begun there that is not whole: torn by a crash, or the last batch"
                    + " of the log is damaged",
                    "If the log was not stopped cleanly, the next start cuts it off and"
                            + " keeps it in torn/");
        }
    }

    private void cold(long number) throws IOException {
        long start = Location.COLD | number * meta.segmentBytes();
        Path path = folder.segment(number, true);
        try (SegmentScan scan = new SegmentScan(folder, meta, path, start)) {
            SegmentHeader header = scan.header(true);
            if (header == null) {
                damage(path, start, "its header is not valid",
                        "If a crash interrupted its making it holds nothing that lives; the machine's check tells");
                header = new SegmentHeader(-1, start, 0, 0, 0, true);
            } else {
                findings.segment();
            }
            SegmentWalk walk = new SegmentWalk(scan, header, meta);
            walk.run(0, -1, (batch, _) -> findings.batch(batch));
            ended(path, walk, -1, scan);
        }
    }

    private void damage(Path file, long position, String what, String cure) {
        findings.add(new Problem(Severity.DAMAGE, file, position, what, cure));
    }

    private void note(Path file, long position, String what, String cure) {
        findings.add(new Problem(Severity.NOTE, file, position, what, cure));
    }

    /** Reads single batches for the machine's check. */
    static ByteBuffer read(ShardFolder folder, LogMeta meta, long position) {
        boolean cold = (position & Location.COLD) != 0;
        long number = (position & ~Location.COLD) / meta.segmentBytes();
        long start = position & -meta.segmentBytes();
        Path path = folder.segment(number, cold);
        try (SegmentScan scan = new SegmentScan(folder, meta, path, start)) {
            BatchHeader header = scan.batchAt(position);
            if (header != null) {
                return ByteBuffer.allocate(header.length()).put(0, scan.batch(header), 0, header.length());
            }
        } catch (IOException gone) {
            throw new LogException(LogException.Category.DAMAGED,
                    "no batch stands at position " + position + ": " + gone.getMessage(), gone);
        }
        throw new LogException(LogException.Category.DAMAGED,
                "no valid batch stands at position " + position + " in " + path);
    }
}
