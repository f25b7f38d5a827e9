package dev.millrace.log.file;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.RealFiles;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Real files, of which there may be only so many bytes together: a small disk where none can be mounted. */
final class CountedFiles implements FilePort {
    private final RealFiles files = new RealFiles();
    private final long capacityBytes;

    CountedFiles(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    @Override
    public synchronized long usableBytes(Path folder) throws IOException {
        long used = 0;
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                used += Files.size(path);
            }
        }
        return Math.max(0, capacityBytes - used);
    }

    @Override
    public long totalBytes(Path folder) {
        return capacityBytes;
    }

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
        return new Counted(file.resolveSibling(""), files.open(file, access));
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        return files.list(folder);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        files.createFolders(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        files.delete(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        files.syncFolder(folder);
    }

    @Override
    public boolean takesDirect(Path folder) throws IOException {
        return files.takesDirect(folder);
    }

    @Override
    public FolderLock lock(Path file, String text) throws IOException {
        return files.lock(file, text);
    }

    private final class Counted implements StoreFile {
        private final Path folder;
        private final StoreFile file;

        Counted(Path folder, StoreFile file) {
            this.folder = folder;
            this.file = file;
        }

        @Override
        public int write(ByteBuffer source, long offset) throws IOException {
            long grown = offset + source.remaining() - file.sizeBytes();
            if (grown > 0 && grown > usableBytes(folder)) {
                throw new IOException("No space left on device (counted)");
            }
            return file.write(source, offset);
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            return file.read(target, offset);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public long sizeBytes() throws IOException {
            return file.sizeBytes();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
