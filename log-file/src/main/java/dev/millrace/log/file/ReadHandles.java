package dev.millrace.log.file;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Open files of the reader threads; the least recently used ones are closed. Past the page cache, a large read goes in
 * pieces: the sync of a batch has to wait for one of them, not for all, nor for what the kernel would read ahead. Thread-safe.
 */
final class ReadHandles {
    private static final int KEPT_OPEN = 64;
    private static final int PIECE_BYTES = 256 << 10;
    private static final int KEPT_PIECES = 2;

    private final FilePort port;
    private final Map<Key, StoreFile> open = new LinkedHashMap<>(KEPT_OPEN, 0.75f, true);

    private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();

    private record Key(Path path, Access access) {}

    ReadHandles(FilePort port) {
        this.port = port;
    }

    /** Reads as far as the buffer or the file goes; bytes read. */
    int read(Path path, ByteBuffer target, long offset) throws IOException {
        Key key = new Key(path, Access.READ);
        int start = target.position();
        try {
            return ShardFolder.readFully(handle(key), target, offset);
        } catch (ClosedChannelException closedMeanwhile) {
            target.position(start);
            return ShardFolder.readFully(handle(key), target, offset);
        }
    }

    /** The same past the page cache; offset and buffer need no alignment. */
    int readDirect(Path path, ByteBuffer target, long offset) throws IOException {
        Key key = new Key(path, Access.READ_DIRECT);
        int start = target.position();
        ByteBuffer piece = borrow();
        try {
            while (target.hasRemaining()) {
                long at = offset + target.position() - start;
                int skip = (int) (at & AlignedMemory.UNIT - 1);
                long needed = skip + target.remaining() + AlignedMemory.UNIT - 1L & -AlignedMemory.UNIT;
                piece.clear().limit((int) Math.min(piece.capacity(), needed));
                int length = readOnce(key, piece, at - skip) - skip;
                if (length <= 0) {
                    break;
                }
                target.put(piece.slice(skip, Math.min(length, target.remaining())));
            }
            return target.position() - start;
        } finally {
            giveBack(piece);
        }
    }

    private ByteBuffer borrow() {
        synchronized (pieces) {
            ByteBuffer piece = pieces.poll();
            return piece == null ? AlignedMemory.allocate(PIECE_BYTES) : piece;
        }
    }

    private void giveBack(ByteBuffer piece) {
        synchronized (pieces) {
            if (pieces.size() < KEPT_PIECES) {
                pieces.add(piece);
            }
        }
    }

    private int readOnce(Key key, ByteBuffer target, long offset) throws IOException {
        try {
            return handle(key).read(target, offset);
        } catch (ClosedChannelException closedMeanwhile) {
            return handle(key).read(target, offset);
        }
    }

    private StoreFile handle(Key key) throws IOException {
        synchronized (open) {
            StoreFile file = open.get(key);
            if (file == null) {
                file = port.open(key.path(), key.access());
                open.put(key, file);
                if (open.size() > KEPT_OPEN) {
                    forget(open.keySet().iterator().next());
                }
            }
            return file;
        }
    }

    /** Closes what is open of a file that is going away. */
    void forget(Path path) throws IOException {
        forget(new Key(path, Access.READ));
        forget(new Key(path, Access.READ_DIRECT));
    }

    private void forget(Key key) throws IOException {
        synchronized (open) {
            StoreFile file = open.remove(key);
            if (file != null) {
                file.close();
            }
        }
    }

    void close() throws IOException {
        List<Key> all;
        synchronized (open) {
            all = new ArrayList<>(open.keySet());
        }
        for (Key key : all) {
            forget(key);
        }
    }
}
