package dev.millrace.bench.parts;

import dev.millrace.log.file.disk.RealFiles;
import dev.millrace.log.file.disk.StoreFile;
import dev.millrace.log.file.sim.DelegatingFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The real file system, but for what is written into segments: that is taken and forgotten, so only the log's own work is left. */
final class BlindFiles extends DelegatingFiles {
    BlindFiles() {
        super(new RealFiles());
    }

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
        StoreFile opened = super.open(file, access);
        return access != Access.READ && file.getFileName().toString().endsWith(".seg") ? new Blind(opened) : opened;
    }

    private static final class Blind extends DelegatingFile {
        Blind(StoreFile file) {
            super(file);
        }

        @Override
        public int write(ByteBuffer source, long offset) {
            int bytes = source.remaining();
            source.position(source.limit());
            return bytes;
        }

        @Override
        public void force() {
            // nothing was written
        }
    }
}
