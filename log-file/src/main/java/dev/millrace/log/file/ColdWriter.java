package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes relocated bodies into cold segments, through the page cache, synced on demand. Each opening of the log begins
 * a new file, and so does whatever follows a failure.
 *
 * <p>
 * Thread safety: {@link #append} and {@link #sync} belong to one thread, the one that copies; the rest to any thread.
 */
final class ColdWriter {
    private final LogContext context;
    private final SegmentTable table;
    private final long epoch;
    private final BatchHeader.Author author;
    private long nextNumber;
    private @Nullable Segment segment;
    private @Nullable StoreFile file;
    private long tail;
    private int previousCrc;
    private long synced;
    private boolean newName;
    /** A sync that the copier did not ask for failed, and copies of its pass may have been in the file. */
    private @Nullable LogException lost;

    ColdWriter(LogContext context, SegmentTable table, long epoch) {
        this.context = context;
        this.table = table;
        this.epoch = epoch;
        author = new BatchHeader.Author(context.meta, (byte) 6, epoch);
    }

    /** Takes over the cold segments that are there. */
    void adopt(List<Long> numbers) throws IOException {
        for (long number : numbers) {
            Path path = context.folder.segment(number, true);
            long start = Location.COLD | number * context.meta.segmentBytes();
            try (StoreFile open = context.port().open(path, Access.READ)) {
                table.add(new Segment(number, true, path, start, start + open.sizeBytes()));
            }
            nextNumber = number + 1;
        }
    }

    /** Where the next segment will begin, without the flag. */
    synchronized long end() {
        return nextNumber * context.meta.segmentBytes();
    }

    /** Writes the batch; its position. */
    synchronized long append(BatchBuffer batch) {
        context.failure.check();
        checkLost();
        int length = batch.length();
        int padded = (int) BatchHeader.align(length, 6);
        if (padded > context.meta.segmentBytes() - SegmentHeader.BYTES) {
            throw new LogException(Category.CALLER,
                    "a cold batch of " + length + " bytes does not fit into a segment of "
                            + context.meta.segmentBytes());
        }
        Segment target = segmentFor(padded);
        long position = tail;
        ByteBuffer bytes = batch.ensure(padded - length);
        previousCrc = BatchHeader.write(bytes, length,
                new BatchHeader.Stamp(author,
                        BatchHeader.COLD | (batch.recordCount() == 0 ? BatchHeader.MARK : 0), position, synced,
                        batch.elapsedMillis(), batch.wallMillis(), batch.recordCount(), previousCrc));
        for (int at = length; at < padded; at++) {
            bytes.put(at, (byte) 0);
        }
        write(target, bytes.duplicate().limit(padded).position(0));
        target.end = tail;
        target.released = false;
        if (tail - Math.max(synced, target.start) >= context.unsyncedBulkBytes()) {
            force(target);
        }
        return position;
    }

    private Segment segmentFor(int padded) {
        Segment now = segment;
        if (now != null && tail + padded <= now.start + context.meta.segmentBytes()) {
            return now;
        }
        if (now != null) {
            force(now);
            close();
        }
        long number = nextNumber++;
        long start = Location.COLD | number * context.meta.segmentBytes();
        Segment next = new Segment(number, true, context.folder.segment(number, true), start,
                start + SegmentHeader.BYTES);
        SegmentHeader header = new SegmentHeader(epoch, start, 0, synced, 0, true);
        try {
            file = context.port().open(next.path, Access.WRITE);
        } catch (IOException failure) {
            throw failed("making", next.path, failure);
        }
        segment = next;
        newName = true;
        tail = start;
        previousCrc = 0;
        write(next, header.encode(context.meta));
        table.add(next);
        return next;
    }

    private void write(Segment target, ByteBuffer bytes) {
        int length = bytes.remaining();
        try {
            ShardFolder.writeFully(opened(), bytes, tail - target.start);
        } catch (IOException failure) {
            throw failed("writing", target.path, failure);
        }
        tail += length;
        context.bytesWritten.add(length);
    }

    /**
     * The file is never written or synced again. The log goes on: no record points at a copy before {@link #sync} has
     * returned, so what may be lost here is needed by nobody.
     */
    private LogException failed(String what, Path path, IOException cause) {
        close();
        return new LogException(Category.CALLER, what + " " + path + " failed: " + cause.getMessage()
                + "; nothing was moved. It is tried again; if this repeats, check the disk and the free space", cause);
    }

    private StoreFile opened() throws IOException {
        if (file == null) {
            throw new IOException("not open");
        }
        return file;
    }

    /** For the one who copies: makes every cold batch durable, or says that those since the last call may be lost. */
    synchronized void sync() {
        checkLost();
        if (segment != null) {
            force(segment);
        }
    }

    /** The same for anybody else, whose failure the copier hears of at its next call. */
    synchronized void syncForOthers() {
        try {
            if (segment != null) {
                force(segment);
            }
        } catch (LogException failure) {
            lost = failure;
            throw failure;
        }
    }

    private void checkLost() {
        LogException failure = lost;
        lost = null;
        if (failure != null) {
            throw new LogException(failure.category(), String.valueOf(failure.getMessage()), failure);
        }
    }

    private void force(Segment now) {
        if (file == null || synced == tail) {
            return;
        }
        context.failure.check();
        long start = context.threads.nanoTime();
        try {
            file.force();
            if (newName) {
                context.folder.sync();
                newName = false;
            }
        } catch (IOException failure) {
            throw failed("syncing", now.path, failure);
        }
        synced = tail;
        context.syncs.increment();
        context.syncNanos.add(context.threads.nanoTime() - start);
    }

    synchronized boolean isWriting(Segment asked) {
        return asked == segment;
    }

    synchronized void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException ignored) {
            // What had to be durable has been synced.
        }
        file = null;
        segment = null;
    }
}
