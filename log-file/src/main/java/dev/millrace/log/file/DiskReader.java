package dev.millrace.log.file;

import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads batches for deliveries: from the recent ones, from those read lately, else from disk on the log's reader
 * threads, each verified by position and checksums.
 *
 * <p>
 * One read takes in the batches that follow, too, and when the reader of a backlog reaches the middle of what was read,
 * the next stretch is fetched before it is asked for.
 *
 * <p>
 * Thread safety: any thread. No file is touched on the caller's thread. Requests wait in line when all memory is
 * pinned; there are never more of them than callers have asked for and not been answered.
 */
final class DiskReader implements BlockReader {
    private static final int WINDOW_BYTES = 256 << 10;
    private static final int AHEAD_BYTES = 1 << 20;

    private final LogContext context;
    private final SegmentTable table;
    private final ReadHandles handles;
    private final BlockCache recent;
    private final BlockCache read;
    private final Map<Long, List<Sink>> waiting = new HashMap<>();
    private final ConcurrentLinkedQueue<Long> starved = new ConcurrentLinkedQueue<>();
    private final AtomicLong unpins = new AtomicLong();
    private final ArrayDeque<ByteBuffer> scratch = new ArrayDeque<>();
    private volatile boolean closed;

    DiskReader(LogContext context, SegmentTable table) {
        this.context = context;
        this.table = table;
        handles = new ReadHandles(context.port());
        recent = new BlockCache(context.options.memory().recentBytes(), () -> {});
        read = new BlockCache(context.options.memory().readBytes(), this::unpinned);
    }

    /** Keeps a copy of a batch that the owner has just written. */
    void remember(long position, ByteBuffer bytes, int length) {
        if (recent.caches(length)) {
            CachedBlock block = recent.put(position, bytes, 0, length);
            if (block != null) {
                block.unpin();
            }
        }
    }

    @Override
    public @Nullable Block pinIfCached(long batchPosition) {
        CachedBlock block = recent.pin(batchPosition);
        if (block == null) {
            block = read.pin(batchPosition);
            if (block != null && block.readAheadFrom >= 0) {
                long from = block.readAheadFrom;
                block.readAheadFrom = -1;
                context.threads.read(() -> readAhead(from));
            }
        }
        return block;
    }

    @Override
    public void load(long batchPosition, Sink sink) {
        Block block = pinIfCached(batchPosition);
        if (block != null) {
            sink.loaded(block);
            return;
        }
        boolean first;
        synchronized (waiting) {
            List<Sink> sinks = waiting.computeIfAbsent(batchPosition, position -> new ArrayList<>(1));
            first = sinks.isEmpty();
            sinks.add(sink);
        }
        if (first) {
            context.threads.read(() -> serve(batchPosition));
        }
    }

    private void serve(long position) {
        try {
            long unpinsBefore = unpins.get();
            if (!fetch(position, WINDOW_BYTES)) {
                starved.add(position);
                if (unpins.get() != unpinsBefore) {
                    resume();
                }
            }
        } catch (LogException failure) {
            sinksOf(position).forEach(sink -> sink.failed(failure));
        }
    }

    private void readAhead(long position) {
        CachedBlock block = read.pin(position);
        if (block != null) {
            block.unpin();
            return;
        }
        try {
            fetch(position, AHEAD_BYTES);
        } catch (LogException notNow) {
            // Whoever asks for that batch will be told.
        }
    }

    private List<Sink> sinksOf(long position) {
        synchronized (waiting) {
            List<Sink> sinks = waiting.remove(position);
            return sinks == null ? List.of() : sinks;
        }
    }

    /** Reads the batch and those after it; false when there is no memory for the first one now. */
    private boolean fetch(long position, int windowBytes) {
        Segment segment = closed ? null : table.at(position);
        if (segment == null || position >= segment.end) {
            throw new LogException(closed ? Category.CALLER : Category.DAMAGED,
                    closed ? "the log is closed"
                            : "no batch stands at " + position + " in " + context.folder.path()
                                    + ": its segment is gone or ends before");
        }
        ByteBuffer window = borrow(windowBytes);
        try {
            window.limit((int) Math.min(window.capacity(), segment.end - position));
            BatchHeader first = readWhole(segment, position, window, context.direct);
            if (first == null || window.limit() < first.length()) {
                int needed = first == null ? window.limit() : first.length();
                window = needed > window.capacity() ? ByteBuffer.allocateDirect(needed) : window;
                window.clear().limit(needed);
                first = readWhole(segment, position, window, context.direct);
            }
            if (first == null || !first.bodyIsWhole(window, 0)) {
                throw unreadable(segment, position);
            }
            return keep(segment, position, window);
        } catch (IOException failure) {
            throw table.at(position) == null ? unreadable(segment, position)
                    : new LogException(Category.DAMAGED, "reading " + segment.path + " at position " + position
                            + " failed: " + failure.getMessage() + "; check the disk", failure);
        } finally {
            giveBack(window);
        }
    }

    /** Fills the window; the first header in it when it is valid and its body either whole or not all there yet. */
    private @Nullable BatchHeader readWhole(Segment segment, long position, ByteBuffer window, boolean direct)
            throws IOException {
        long offset = position - segment.start;
        if (direct) {
            handles.readDirect(segment.path, window, offset);
        } else {
            handles.read(segment.path, window, offset);
        }
        window.flip();
        BatchHeader header = BatchHeader.read(window, 0, context.meta, position);
        return header == null || (window.limit() >= header.length() && !header.bodyIsWhole(window, 0)) ? null : header;
    }

    private LogException unreadable(Segment segment, long position) {
        return new LogException(Category.DAMAGED, "no valid batch stands at position " + position + " in "
                + segment.path + "; run millrace check on the folder");
    }

    /** Caches every whole batch in the window and serves who waits for them. */
    private boolean keep(Segment segment, long position, ByteBuffer window) {
        List<CachedBlock> kept = new ArrayList<>();
        long at = position;
        while (true) {
            int offset = (int) (at - position);
            BatchHeader header = BatchHeader.read(window, offset, context.meta, at);
            if (header == null || !header.bodyIsWhole(window, offset)) {
                break;
            }
            CachedBlock block = read.pin(at);
            if (block == null) {
                block = place(at, window, offset, header.length());
            }
            if (block == null) {
                break;
            }
            kept.add(block);
            at = header.next();
        }
        if (kept.isEmpty()) {
            return false;
        }
        kept.get(kept.size() / 2).readAheadFrom = following(segment, at);
        kept.forEach(this::hand);
        return true;
    }

    private @Nullable CachedBlock place(long position, ByteBuffer window, int offset, int length) {
        if (read.caches(length)) {
            return read.put(position, window, offset, length);
        }
        // Larger than any piece of the cache: it lives as long as it is pinned.
        ByteBuffer copy = ByteBuffer.allocate(length).order(ByteOrder.BIG_ENDIAN).put(0, window, offset, length);
        return new CachedBlock(read, position, copy, null);
    }

    private long following(Segment segment, long position) {
        if (position < segment.end) {
            return position;
        }
        Segment next = table.after(segment);
        return next == null ? -1 : next.start + SegmentHeader.BYTES;
    }

    /** Gives the block, which holds one pin, to all who wait for it. */
    private void hand(CachedBlock block) {
        for (Sink sink : sinksOf(block.position())) {
            if (!block.pin()) {
                throw new IllegalStateException("a pinned block was evicted");
            }
            sink.loaded(block);
        }
        block.unpin();
    }

    private void unpinned() {
        unpins.incrementAndGet();
        if (!starved.isEmpty()) {
            resume();
        }
    }

    private void resume() {
        Long position = starved.poll();
        if (position != null) {
            context.threads.read(() -> serve(position));
        }
    }

    private ByteBuffer borrow(int bytes) {
        synchronized (scratch) {
            ByteBuffer found = scratch.poll();
            return found != null && found.capacity() >= bytes ? found.clear().limit(bytes)
                    : ByteBuffer.allocateDirect(Math.max(bytes, WINDOW_BYTES));
        }
    }

    private void giveBack(ByteBuffer buffer) {
        synchronized (scratch) {
            if (buffer.capacity() <= AHEAD_BYTES && scratch.size() < 2) {
                scratch.add(buffer.clear());
            }
        }
    }

    /** A segment's file is about to change its name or to vanish. */
    void forget(Segment segment) throws IOException {
        handles.forget(segment.path);
    }

    void close() throws IOException {
        closed = true;
        List<Sink> sinks = new ArrayList<>();
        synchronized (waiting) {
            waiting.values().forEach(sinks::addAll);
            waiting.clear();
        }
        LogException reason = new LogException(Category.CALLER, "the log is closed");
        sinks.forEach(sink -> sink.failed(reason));
        handles.close();
    }
}
