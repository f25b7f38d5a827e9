package dev.millrace.log.file;

import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The segment file that batches are written to, and how far it is prewritten. Belongs to the owner thread. */
final class CurrentFile {
    final StoreFile file;
    final Segment segment;
    private final SegmentSupply supply;
    private long prepared;

    CurrentFile(StoreFile file, Segment segment, long prepared, SegmentSupply supply) {
        this.file = file;
        this.segment = segment;
        this.prepared = prepared;
        this.supply = supply;
    }

    void write(ByteBuffer bytes, long offset) throws IOException {
        if (offset + bytes.remaining() > prepared) {
            throw new IllegalStateException("write behind the prepared part of " + path() + " at " + offset);
        }
        ShardFolder.writeFully(file, bytes, offset);
    }

    Path path() {
        return segment.path;
    }

    long prepared() {
        return prepared;
    }

    /** Prewrites until {@code offset} is covered. */
    void prepare(long offset) throws IOException {
        if (offset > prepared) {
            prepared = supply.extend(path(), prepared, offset);
            segment.fileBytes = prepared;
        }
    }
}
