package dev.millrace.testkit;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Files that live as long as this object. Thread-safe. */
final class MemoryFiles implements FilePort {
    private static final long TOTAL_BYTES = 1L << 40;

    private final Map<Path, Content> files = new HashMap<>();
    private final Set<Path> locks = new HashSet<>();

    /** The bytes of a file, which lives on while somebody has it open. */
    private static final class Content implements StoreFile {
        private byte[] bytes = new byte[0];
        private int size;

        @Override
        public synchronized int write(ByteBuffer source, long offset) throws IOException {
            int count = source.remaining();
            int end = Math.toIntExact(offset + count);
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
            }
            source.get(bytes, (int) offset, count);
            size = Math.max(size, end);
            return count;
        }

        @Override
        public synchronized int read(ByteBuffer target, long offset) {
            if (offset >= size) {
                return -1;
            }
            int count = Math.min(target.remaining(), size - (int) offset);
            target.put(bytes, (int) offset, count);
            return count;
        }

        @Override
        public void force() {
            // It lasts as long as the object.
        }

        @Override
        public synchronized long sizeBytes() {
            return size;
        }

        @Override
        public synchronized void truncate(long kept) {
            if (kept < size) {
                size = (int) kept;
                Arrays.fill(bytes, size, bytes.length, (byte) 0);
            }
        }

        @Override
        public void close() {
            // Others may have it open.
        }
    }

    @Override
    public synchronized StoreFile open(Path file, Access access) throws IOException {
        if (access == Access.READ || access == Access.READ_DIRECT) {
            Content found = files.get(file);
            if (found == null) {
                throw new NoSuchFileException(file.toString());
            }
            return found;
        }
        return files.computeIfAbsent(file, name -> new Content());
    }

    @Override
    public synchronized List<String> list(Path folder) {
        return files.keySet()
                .stream()
                .filter(file -> folder.equals(file.getParent()))
                .map(file -> String.valueOf(file.getFileName()))
                .sorted()
                .toList();
    }

    @Override
    public void createFolders(Path folder) {
        // A folder is there when a file is in it.
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        Content content = files.remove(from);
        if (content == null) {
            throw new NoSuchFileException(from.toString());
        }
        files.put(to, content);
    }

    @Override
    public synchronized void delete(Path file) {
        files.remove(file);
    }

    @Override
    public void syncFolder(Path folder) {
        // Names last as long as the object.
    }

    @Override
    public long usableBytes(Path folder) {
        return TOTAL_BYTES;
    }

    @Override
    public long totalBytes(Path folder) {
        return TOTAL_BYTES;
    }

    @Override
    public boolean takesDirect(Path folder) {
        return false;
    }

    @Override
    public synchronized FolderLock lock(Path file, String text) throws IOException {
        if (!locks.add(file)) {
            throw new LockedException("this test");
        }
        return () -> unlock(file);
    }

    private synchronized void unlock(Path file) {
        locks.remove(file);
    }
}
