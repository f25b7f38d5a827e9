package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.SnapshotWriter;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes a snapshot in blocks into a temporary file. A failure here is not the log's: the snapshot is dropped and the
 * one before stays in force.
 */
final class FileSnapshotWriter implements SnapshotWriter {
    /** What must happen around the commit. */
    interface Commit {
        /** Makes the log durable up to the snapshot's position. */
        void syncLog();

        /** Names the file. */
        void publish(Path temporary) throws IOException;

        /** The snapshot is over, valid or not. */
        void ended(boolean valid);
    }

    private final LogContext context;
    private final Commit commit;
    private final SnapshotBlock first;
    private final Path temporary;
    private final ByteBuffer block = AlignedMemory.allocate(SnapshotBlock.BYTES);
    private @Nullable StoreFile file;
    private int index;
    private long unsynced;
    private int chain;
    private boolean ended;

    FileSnapshotWriter(LogContext context, SnapshotBlock first, Commit commit) {
        this.context = context;
        this.commit = commit;
        this.first = first;
        temporary = context.folder.temporary(context.folder.snapshot(first.position()));
        block.position(SnapshotBlock.HEADER_BYTES);
    }

    @Override
    public void write(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (!block.hasRemaining()) {
                flush(false);
            }
            int part = Math.min(bytes.remaining(), block.remaining());
            block.put(bytes.slice(bytes.position(), part));
            bytes.position(bytes.position() + part);
        }
    }

    @Override
    public void commit() {
        if (ended) {
            throw new LogException(Category.CALLER, "this snapshot has already ended");
        }
        flush(true);
        try {
            opened().force();
            opened().close();
            file = null;
            if (!context.bugs.contains(PlantedBug.SNAPSHOT_BEFORE_LOG)) {
                commit.syncLog();
            }
            commit.publish(temporary);
        } catch (IOException failure) {
            throw failed(failure);
        }
        ended = true;
        commit.ended(true);
    }

    private void flush(boolean last) {
        int content = block.position() - SnapshotBlock.HEADER_BYTES;
        SnapshotBlock header = new SnapshotBlock(last, first.position(), first.elapsedMillis(), first.wallMillis(),
                index, content, first.previousCrc(), chain);
        chain = header.write(block, context.meta);
        int length = (int) BatchHeader.align(block.position(), 12);
        while (block.position() < length) {
            block.put((byte) 0);
        }
        try {
            ShardFolder.writeFully(opened(), block.flip(), (long) index * SnapshotBlock.BYTES);
            unsynced += length;
            if (unsynced >= context.unsyncedBulkBytes()) {
                opened().force();
                unsynced = 0;
            }
        } catch (IOException failure) {
            throw failed(failure);
        }
        context.bytesWritten.add(length);
        index++;
        block.clear().position(SnapshotBlock.HEADER_BYTES);
    }

    private StoreFile opened() throws IOException {
        if (file == null) {
            context.port().delete(temporary);
            file = context.port().open(temporary, context.bulkAccess());
        }
        return file;
    }

    private LogException failed(IOException cause) {
        return new LogException(Category.CALLER, "writing the snapshot " + temporary + " failed: " + cause.getMessage()
                + "; the one before stays in force. Check the disk and the free space", cause);
    }

    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        try {
            if (file != null) {
                file.close();
                context.port().delete(temporary);
            }
        } catch (IOException ignored) {
            // An unfinished file is deleted at the next start; nothing depends on it.
        }
        commit.ended(false);
    }
}
