package dev.millrace.log.file;

import dev.millrace.core.log.Location;
import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Copies the log of a shard as it is up to one position while it is written on: the newest snapshot, every segment up to
 * the position, all cold segments. Files that the log would give back are held meanwhile; what stands before the position
 * is never written again, and what comes after it is left out, so that the copy ends as a log does whose process was
 * killed.
 *
 * <pre>
 *   sync -> position     cold segments last: what the records before the position point at is in them by then
 * </pre>
 *
 * <p>
 * Thread safety: one thread that nobody interrupts.
 */
final class FolderCopy {
    private static final int BLOCK_BYTES = 1 << 20;

    private final LogContext context;
    private final SegmentTable table;
    private final ShardFolder target;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
    private long copied;

    FolderCopy(LogContext context, SegmentTable table, Path folder) {
        this.context = context;
        this.table = table;
        target = new ShardFolder(context.port(), folder, context.bugs);
    }

    /** Everything before {@code end}; {@code snapshot} is that of the newest valid one, 0 for none. */
    long run(long end, long snapshot) throws IOException {
        FilePort port = context.port();
        if (!port.list(target.path()).isEmpty()) {
            throw new IOException("it is not empty; name a new folder");
        }
        port.createFolders(target.path());
        copy(context.folder.meta(), target.meta(), Long.MAX_VALUE);
        if (snapshot > 0) {
            copy(context.folder.snapshot(snapshot), target.snapshot(snapshot), Long.MAX_VALUE);
        }
        List<Segment> segments = table.all(false);
        for (Segment segment : segments) {
            if (segment.start < end) {
                copy(segment.path, target.segment(segment.number, false), end - segment.start);
            }
        }
        for (Segment segment : table.all(true)) {
            copy(segment.path, target.segment(segment.number, true), (segment.end & ~Location.COLD)
                    - (segment.start & ~Location.COLD));
        }
        port.syncFolder(target.path());
        return copied;
    }

    /** Up to so many bytes; a file keeps its size, with zeros behind them. */
    private void copy(Path from, Path to, long most) throws IOException {
        try (StoreFile source = context.port().open(from, Access.READ);
                StoreFile copy = context.port().open(to, Access.WRITE)) {
            long size = source.sizeBytes();
            long at = 0;
            while (at < size) {
                block.clear().limit((int) Math.min(BLOCK_BYTES, size - at));
                long wanted = Math.max(0, Math.min(block.limit(), most - at));
                fill(source, at, (int) wanted);
                ShardFolder.writeFully(copy, block, at);
                at += block.limit();
            }
            copy.force();
            copied += size;
        }
    }

    /** The next bytes of the file, then zeros. */
    private void fill(StoreFile source, long at, int wanted) throws IOException {
        int limit = block.limit();
        block.limit(wanted);
        int read = ShardFolder.readFully(source, block, at);
        block.limit(limit);
        for (int i = read; i < limit; i++) {
            block.put(i, (byte) 0);
        }
        block.position(0);
    }
}
