package dev.millrace.log.file;

import dev.millrace.log.file.disk.RealFiles;
import dev.millrace.log.file.disk.StoreFile;
import dev.millrace.log.file.sim.DelegatingFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Real files, of which there may be only so many bytes together: a small disk where none can be mounted. */
final class CountedFiles extends DelegatingFiles {
    private final long capacityBytes;

    CountedFiles(long capacityBytes) {
        super(new RealFiles());
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

    private final class Counted extends DelegatingFile {
        private final Path folder;

        Counted(Path folder, StoreFile file) {
            super(file);
            this.folder = folder;
        }

        @Override
        public int write(ByteBuffer source, long offset) throws IOException {
            long grown = offset + source.remaining() - file.sizeBytes();
            if (grown > 0 && grown > usableBytes(folder)) {
                throw new IOException("No space left on device (counted)");
            }
            return file.write(source, offset);
        }
    }
}
