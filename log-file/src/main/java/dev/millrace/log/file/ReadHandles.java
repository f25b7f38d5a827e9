package dev.millrace.log.file;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Open files of the reader threads; the least recently used ones are closed. Thread-safe. */
final class ReadHandles {
    private static final int KEPT_OPEN = 64;

    private final FilePort port;
    private final Map<Path, StoreFile> open = new LinkedHashMap<>(KEPT_OPEN, 0.75f, true);

    ReadHandles(FilePort port) {
        this.port = port;
    }

    /** Reads as far as the buffer or the file goes; bytes read. */
    int read(Path path, ByteBuffer target, long offset) throws IOException {
        int start = target.position();
        try {
            return ShardFolder.readFully(handle(path), target, offset);
        } catch (ClosedChannelException closedMeanwhile) {
            target.position(start);
            return ShardFolder.readFully(handle(path), target, offset);
        }
    }

    /** The same past the page cache; offset and buffer need no alignment. */
    int readDirect(Path path, ByteBuffer target, long offset) throws IOException {
        long from = offset & -AlignedMemory.UNIT;
        int skip = (int) (offset - from);
        ByteBuffer aligned = AlignedMemory.allocate(skip + target.remaining());
        try (StoreFile file = port.open(path, Access.READ_DIRECT)) {
            ShardFolder.readFully(file, aligned, from);
        }
        aligned.flip();
        int length = Math.clamp(aligned.limit() - skip, 0, target.remaining());
        if (length > 0) {
            target.put(aligned.slice(skip, length));
        }
        return length;
    }

    private StoreFile handle(Path path) throws IOException {
        synchronized (open) {
            StoreFile file = open.get(path);
            if (file == null) {
                file = port.open(path, Access.READ);
                open.put(path, file);
                if (open.size() > KEPT_OPEN) {
                    forget(open.keySet().iterator().next());
                }
            }
            return file;
        }
    }

    /** Closes what is open of a file that is going away. */
    void forget(Path path) throws IOException {
        synchronized (open) {
            StoreFile file = open.remove(path);
            if (file != null) {
                file.close();
            }
        }
    }

    void close() throws IOException {
        List<Path> all;
        synchronized (open) {
            all = new ArrayList<>(open.keySet());
        }
        for (Path path : all) {
            forget(path);
        }
    }
}
