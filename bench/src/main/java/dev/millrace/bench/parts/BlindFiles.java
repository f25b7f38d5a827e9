package dev.millrace.bench.parts;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.RealFiles;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The real file system, but for what is written into segments: that is taken and forgotten, so only the log's own work is left. */
final class BlindFiles implements FilePort {
    private final RealFiles real = new RealFiles();

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
        StoreFile opened = real.open(file, access);
        return access != Access.READ && file.getFileName().toString().endsWith(".seg") ? new Blind(opened) : opened;
    }

    private record Blind(StoreFile file) implements StoreFile {
        @Override
        public int write(ByteBuffer source, long offset) {
            int bytes = source.remaining();
            source.position(source.limit());
            return bytes;
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            return file.read(target, offset);
        }

        @Override
        public void force() {
            // nothing was written
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

    @Override
    public List<String> list(Path folder) throws IOException {
        return real.list(folder);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        real.createFolders(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        real.delete(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        real.syncFolder(folder);
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        return real.usableBytes(folder);
    }

    @Override
    public long totalBytes(Path folder) throws IOException {
        return real.totalBytes(folder);
    }

    @Override
    public boolean takesDirect(Path folder) throws IOException {
        return real.takesDirect(folder);
    }

    @Override
    public FolderLock lock(Path file, String text) throws IOException {
        return real.lock(file, text);
    }
}
