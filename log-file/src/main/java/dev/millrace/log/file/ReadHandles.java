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

    /**
     * The same past the page cache; offset and buffer need no alignment. What the file system does not read so, for
     * whatever reason, is read through the page cache.
     */
    int readDirect(Path path, ByteBuffer target, long offset) throws IOException {
        int start = target.position();
        ByteBuffer piece = borrow();
        try {
            while (target.hasRemaining()) {
                long at = offset + target.position() - start;
                int skip = (int) (at & AlignedMemory.UNIT - 1);
                long needed = skip + target.remaining() + AlignedMemory.UNIT - 1L & -AlignedMemory.UNIT;
                piece.clear().limit((int) Math.min(piece.capacity(), needed));
                int length = readPiece(path, piece, at - skip);
                if (length <= skip) {
                    // The end of the file, or a read too short to go on from.
                    read(path, target, at);
                    break;
                }
                target.put(piece.slice(skip, Math.min(length - skip, target.remaining())));
            }
            return target.position() - start;
        } finally {
            giveBack(piece);
        }
    }

    /** Bytes read, or 0 when nothing came. */
    private int readPiece(Path path, ByteBuffer piece, long offset) {
        try {
            return handle(new Key(path, Access.READ_DIRECT)).read(piece, offset);
        } catch (IOException refused) {
            // Closed meanwhile, or refused: the other way of reading says what is wrong, if something is.
            return 0;
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
