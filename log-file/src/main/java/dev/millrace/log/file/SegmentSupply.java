package dev.millrace.log.file;

import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files for coming segments: prewritten or recycled, named ahead of time, their names durable.
 *
 * <p>
 * Thread safety: any thread. Only short work is done under the lock; prewriting a whole spare is not. When the disk is
 * full, {@link #topUp} says so and what is there goes on being handed out.
 */
final class SegmentSupply {
    /** Files prepared beyond the one in use: the next and a reserve. */
    static final int WANTED = 2;

    private static final int KEPT_AT_MOST = 4;
    private static final byte PAGE_SHIFT = 12;
    private static final int CHUNK_BYTES = 2 << 20;
    /** Zeros between two syncs while no whole file is ready. */
    private static final int HURRIED_BYTES = 16 << 20;

    /** A file whose first {@code preparedBytes} are written. */
    record Supplied(Path path, long preparedBytes) {}

    private final LogContext context;
    private final ArrayDeque<Path> spares = new ArrayDeque<>();
    private long nextSerial;
    /** Segments up to this one are in use; a file is only ever given a later name. */
    private long lastTaken = -1;
    private @Nullable Path ready;
    private boolean closed;

    SegmentSupply(LogContext context) {
        this.context = context;
    }

    /** Takes over what an earlier run left; files that are not whole are deleted. */
    synchronized void adopt(List<Path> found) throws IOException {
        for (Path path : found) {
            offer(path, false);
        }
    }

    /** A file for segment {@code number}, of which at least so many bytes are prepared; its name is durable. */
    synchronized Supplied take(long number, long neededBytes) throws IOException {
        Path path = context.folder.segment(number, false);
        long prepared = context.meta.segmentBytes();
        lastTaken = number;
        Path source = ready != null ? ready : spares.poll();
        ready = null;
        if (source == null) {
            prepared = prepareNew(path, neededBytes);
        } else if (!source.equals(path)) {
            context.port().rename(source, path);
        } else {
            return new Supplied(path, prepared);
        }
        context.folder.sync();
        return new Supplied(path, prepared);
    }

    private long prepareNew(Path path, long neededBytes) throws IOException {
        long prepared = fitting(0, neededBytes);
        try (StoreFile file = context.port().open(path, context.bulkAccess())) {
            writeZeros(file, AlignedMemory.allocate(chunkBytes()), 0, prepared);
            file.force();
        }
        return prepared;
    }

    /**
     * How far to prepare a file that is prepared up to {@code from} and needed up to {@code to}: to the end of a chunk,
     * or, when the disk is nearly full, by half of the free space, so that others who share it find some, too.
     */
    private long fitting(long from, long to) throws IOException {
        long wanted = chunkEnd(to);
        long share = context.port().usableBytes(context.folder.path()) / 2;
        return wanted - from <= share ? wanted
                : Math.max(BatchHeader.align(to, PAGE_SHIFT), from + share & -(1L << PAGE_SHIFT));
    }

    /** Names a file for the coming segment and prewrites spares; background work. */
    void topUp() throws IOException {
        while (true) {
            Path spare;
            synchronized (this) {
                nameAhead();
                if (closed || count() >= WANTED) {
                    return;
                }
                spare = context.folder.spare(nextSerial++);
            }
            prewrite(spare);
            synchronized (this) {
                spares.add(spare);
            }
        }
    }

    private void nameAhead() throws IOException {
        Path path = context.folder.segment(lastTaken + 1, false);
        if (closed || lastTaken < 0 || path.equals(ready)) {
            return;
        }
        Path source = ready != null ? ready : spares.poll();
        if (source != null) {
            ready = null;
            context.port().rename(source, path);
            context.folder.sync();
            ready = path;
        }
    }

    /** Whole files that are ready or spare. */
    synchronized int count() {
        return spares.size() + (ready == null ? 0 : 1);
    }

    /** Recycles a file that nobody needs, or deletes it. */
    synchronized void recycle(Path path) throws IOException {
        offer(path, true);
    }

    private void offer(Path path, boolean rename) throws IOException {
        boolean whole;
        try (StoreFile file = context.port().open(path, Access.READ)) {
            whole = file.sizeBytes() == context.meta.segmentBytes();
        }
        if (!whole || spares.size() >= KEPT_AT_MOST) {
            context.port().delete(path);
            return;
        }
        Path spare = path;
        if (rename) {
            spare = context.folder.spare(nextSerial++);
            context.port().rename(path, spare);
        } else {
            nextSerial = Math.max(nextSerial, serialOf(path) + 1);
        }
        spares.add(spare);
    }

    private static long serialOf(Path spare) {
        String name = String.valueOf(spare.getFileName());
        return Long.parseLong(name.substring(name.indexOf('-') + 1, name.indexOf('.')), 16);
    }

    /** In small pieces, each synced, as long as the writer does not need the file soon. */
    private void prewrite(Path spare) throws IOException {
        ByteBuffer zeros = AlignedMemory.allocate(chunkBytes());
        long end = context.meta.segmentBytes();
        try (StoreFile file = context.port().open(spare, context.bulkAccess())) {
            for (long at = 0; at < end;) {
                long to = Math.min(end, at + pieceBytes());
                writeZeros(file, zeros, at, to);
                file.force();
                at = to;
            }
        } catch (IOException full) {
            try {
                context.port().delete(spare);
            } catch (IOException second) {
                full.addSuppressed(second);
            }
            throw full;
        }
    }

    private int pieceBytes() {
        int small = context.unsyncedBulkBytes();
        return count() > 0 ? small : Math.max(small, HURRIED_BYTES);
    }

    private void writeZeros(StoreFile file, ByteBuffer zeros, long from, long to) throws IOException {
        for (long at = from; at < to; at += zeros.position()) {
            ShardFolder.writeFully(file, zeros.clear().limit((int) Math.min(zeros.capacity(), to - at)), at);
            context.bytesWritten.add(zeros.position());
        }
    }

    private int chunkBytes() {
        return (int) Math.min(CHUNK_BYTES, context.meta.segmentBytes());
    }

    /**
     * Extends a file that is in use and prepared up to {@code from} to {@code to} at least; how far it is prepared then.
     * A write that fails leaves the file as usable as it was; a failed sync does not, since it may have dropped batches
     * written meanwhile.
     */
    long extend(Path path, long from, long to) throws IOException {
        long end = fitting(from, to);
        try (StoreFile file = context.port().open(path, context.bulkAccess())) {
            writeZeros(file, AlignedMemory.allocate(chunkBytes()), from, end);
            try {
                file.force();
            } catch (IOException failure) {
                throw context.failure.write("syncing", path, failure);
            }
        }
        return end;
    }

    /** The next multiple of a chunk. */
    private long chunkEnd(long offset) {
        int chunk = chunkBytes();
        return Math.min(context.meta.segmentBytes(), (offset + chunk - 1) / chunk * chunk);
    }

    /** Prepares nothing more. */
    synchronized void close() {
        closed = true;
    }
}
