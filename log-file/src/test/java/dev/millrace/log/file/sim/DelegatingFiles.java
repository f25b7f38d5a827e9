package dev.millrace.log.file.sim;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Another file port with something changed: what a subclass leaves alone goes to that one as it is. */
public abstract class DelegatingFiles implements FilePort {
    protected final FilePort files;

    protected DelegatingFiles(FilePort files) {
        this.files = files;
    }

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
        return files.open(file, access);
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
    public long usableBytes(Path folder) throws IOException {
        return files.usableBytes(folder);
    }

    @Override
    public long totalBytes(Path folder) throws IOException {
        return files.totalBytes(folder);
    }

    @Override
    public boolean takesDirect(Path folder) throws IOException {
        return files.takesDirect(folder);
    }

    @Override
    public FolderLock lock(Path file, String text) throws IOException {
        return files.lock(file, text);
    }

    /** The same for an open file. */
    public abstract static class DelegatingFile implements StoreFile {
        protected final StoreFile file;

        protected DelegatingFile(StoreFile file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer source, long offset) throws IOException {
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
        public void truncate(long bytes) throws IOException {
            file.truncate(bytes);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
