package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.RealFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Prints a log for people: segments, batches and, by the caller's printer, records. It changes nothing and needs no
 * lock; of a running server it shows what is on disk.
 */
public final class LogDump {
    /** Prints the records of one batch. */
    public interface RecordPrinter {
        /** {@code records}: header and records, positioned at the first record, limit after the last. */
        void print(long position, int recordCount, ByteBuffer records, PrintWriter out);
    }

    private final FilePort port;
    private final Path folder;
    private final PrintWriter out;
    private final RecordPrinter printer;

    public LogDump(FilePort port, Path folder, PrintWriter out, RecordPrinter printer) {
        this.port = port;
        this.folder = folder;
        this.out = out;
        this.printer = printer;
    }

    /** On the disk of the machine. */
    public static void dump(Path folder, long from, PrintWriter out, RecordPrinter printer) {
        new LogDump(new RealFiles(), folder, out, printer).run(from);
    }

    /**
     * Prints everything at or after position {@code from}, cold segments last.
     *
     * @throws LogException
     *             {@code CALLER} when there is no log, {@code DAMAGED} when its meta file is broken
     */
    public void run(long from) {
        try {
            List<Integer> shards = FolderCheck.shards(port, folder);
            if (shards.isEmpty()) {
                throw new LogException(Category.CALLER, "there is no log in " + folder
                        + ": no folder shard-0. Give the folder that the server's --data names");
            }
            for (int shard : shards) {
                shard(new ShardFolder(port, folder.resolve("shard-" + shard), java.util.Set.of()), from);
            }
        } catch (IOException failure) {
            throw new LogException(Category.CALLER, folder + " cannot be read: " + failure.getMessage(), failure);
        }
        out.flush();
    }

    private void shard(ShardFolder shard, long from) throws IOException {
        LogMeta meta = LogMeta.decode(shard.head(shard.meta(), LogMeta.BYTES), shard.meta());
        out.printf(Locale.ROOT, "shard %d log %016x segment bytes %d feature level %d%n", meta.shard(), meta.logId(),
                meta.segmentBytes(), meta.featureLevel());
        ShardFolder.Listing listing = shard.list();
        for (long position : listing.snapshots()) {
            out.printf(Locale.ROOT, "snapshot %d %s%n", position, shard.snapshot(position).getFileName());
        }
        for (long number : listing.segments()) {
            segment(shard, meta, number, false, from);
        }
        for (long number : listing.cold()) {
            segment(shard, meta, number, true, from);
        }
    }

    private void segment(ShardFolder shard, LogMeta meta, long number, boolean cold, long from) throws IOException {
        long start = number * meta.segmentBytes() | (cold ? Location.COLD : 0);
        if (start + meta.segmentBytes() <= from) {
            return;
        }
        Path path = shard.segment(number, cold);
        try (SegmentScan scan = new SegmentScan(shard, meta, path, start)) {
            SegmentHeader header = scan.header(cold);
            if (header == null) {
                out.printf(Locale.ROOT, "segment %s not begun%n", path.getFileName());
                return;
            }
            out.printf(Locale.ROOT, "segment %s start %d epoch %d previous end %d synced %d%n", path.getFileName(),
                    start, header.epoch(), header.previousEnd(), header.synced());
            SegmentWalk walk = new SegmentWalk(scan, header, meta);
            walk.run(from, -1, this::batch);
            out.printf(Locale.ROOT, "end %d%n", walk.position());
        }
    }

    private void batch(BatchHeader header, SegmentScan scan) {
        out.printf(Locale.ROOT, "batch %d length %d records %d synced %d elapsed %d wall %s%s%n", header.position(),
                header.length(), header.recordCount(), header.synced(), header.elapsedMillis(),
                java.time.Instant.ofEpochMilli(header.wallMillis()), flags(header));
        if (header.recordCount() > 0) {
            printer.print(header.position(), header.recordCount(),
                    scan.batch(header).position(BatchBuffer.HEADER_BYTES), out);
        }
    }

    private static String flags(BatchHeader header) {
        return (header.has(BatchHeader.MARK) ? " mark" : "") + (header.has(BatchHeader.CLEAN_STOP) ? " clean-stop" : "")
                + (header.has(BatchHeader.COPIED) ? " copied" : "");
    }
}
