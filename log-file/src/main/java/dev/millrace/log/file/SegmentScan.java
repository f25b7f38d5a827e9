package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the batches of one segment file, front to back, through a window in memory. Belongs to one thread. */
final class SegmentScan implements AutoCloseable {
    private static final int WINDOW_BYTES = 1 << 20;
    private static final int STEP_BYTES = 64;

    final Path path;
    private final StoreFile file;
    private final LogMeta meta;
    private final long start;
    private ByteBuffer window = ByteBuffer.allocateDirect(0);
    private long windowAt;
    private final boolean acceptStale;

    SegmentScan(ShardFolder folder, LogMeta meta, Path path, long start) throws IOException {
        this.path = path;
        this.meta = meta;
        this.start = start;
        acceptStale = folder.bugs().contains(PlantedBug.ACCEPT_STALE_BATCH);
        file = folder.port().open(path, Access.READ);
    }

    @Nullable
    SegmentHeader header(boolean cold) {
        ByteBuffer bytes = bytes(0, SegmentHeader.BYTES);
        return SegmentHeader.decode(bytes.slice(at(0), bytes.limit() - at(0)), meta, start, cold);
    }

    /** The header of the batch that stands at {@code position}, if there is one. */
    @Nullable
    BatchHeader headerAt(long position) {
        ByteBuffer bytes = bytes(position - start, BatchHeader.BYTES);
        int at = at(position - start);
        return acceptStale ? BatchHeader.readStale(bytes, at, meta, position)
                : BatchHeader.read(bytes, at, meta, position);
    }

    /** The whole batch at {@code position}: header and body valid; its bytes are {@link #batch}. */
    @Nullable
    BatchHeader batchAt(long position) {
        BatchHeader header = headerAt(position);
        if (header == null) {
            return null;
        }
        ByteBuffer bytes = bytes(position - start, header.length());
        return header.bodyIsWhole(bytes, at(position - start)) ? header : null;
    }

    /** Bytes of a batch that {@link #batchAt} has just returned; valid until the next call. */
    ByteBuffer batch(BatchHeader header) {
        return window.slice(at(header.position() - start), header.length());
    }

    /** Hands over each batch header in {@code [from, to)} that stands where it says, in rising order. */
    void findHeaders(long from, long to, Consumer<BatchHeader> found) {
        for (long position = from; position + BatchHeader.BYTES <= to; position += STEP_BYTES) {
            long offset = position - start;
            if (offset - windowAt + BatchHeader.BYTES > window.limit() || offset < windowAt) {
                bytes(offset, BatchHeader.BYTES);
                if (window.limit() - at(offset) < BatchHeader.BYTES) {
                    return;
                }
            }
            BatchHeader header = BatchHeader.read(window, at(offset), meta, position);
            if (header != null) {
                found.accept(header);
            }
        }
    }

    /**
     * Whether what stands at {@code position} was meant as a batch for this place: magic, log and position fit, but for
     * at most one damaged bit in each.
     */
    boolean resemblesBatch(long position) {
        ByteBuffer bytes = bytes(position - start, BatchHeader.BYTES);
        int at = at(position - start);
        return bytes.limit() - at >= BatchHeader.BYTES
                && Integer.bitCount(bytes.getInt(at) ^ BatchHeader.MAGIC) <= 1
                && Long.bitCount(bytes.getLong(at + 8) ^ meta.logId()) <= 1
                && Long.bitCount(bytes.getLong(at + BatchHeader.POSITION_AT) ^ position) <= 1;
    }

    /** The same for the header of the segment. */
    boolean resemblesHeader(long offset, long expectedStart) {
        ByteBuffer bytes = bytes(offset, BatchHeader.BYTES);
        int at = at(offset);
        return bytes.limit() - at >= BatchHeader.BYTES && Long.bitCount(bytes.getLong(at + 8) ^ meta.logId()) <= 1
                && Long.bitCount(bytes.getLong(at + 24) ^ expectedStart) <= 1;
    }

    /** Copies {@code [from, to)}, as far as the file goes. */
    ByteBuffer copy(long from, long to) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) (to - from));
        ShardFolder.readFully(file, bytes, from - start);
        return bytes.flip();
    }

    private int at(long offset) {
        return (int) (offset - windowAt);
    }

    /** Sees to it that the window holds {@code length} bytes from {@code offset}, or as many as the file has. */
    private ByteBuffer bytes(long offset, int length) {
        if (offset < windowAt || offset + length > windowAt + window.limit()) {
            int wanted = Math.max(WINDOW_BYTES, length);
            if (window.capacity() < wanted) {
                window = ByteBuffer.allocateDirect(wanted);
            }
            windowAt = offset;
            window.clear();
            try {
                ShardFolder.readFully(file, window, offset);
            } catch (IOException failure) {
                throw new LogException(Category.DAMAGED, path + " cannot be read at offset " + offset + ": "
                        + failure.getMessage() + "; check the disk, then start again", failure);
            }
            window.flip();
        }
        return window;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException ignored) {
            // It was only read.
        }
    }
}
