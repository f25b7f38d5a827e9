package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.core.log.SnapshotReader;
import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Reads a snapshot block by block, each verified. Belongs to one thread. */
final class FileSnapshotReader implements SnapshotReader, AutoCloseable {
    private final LogMeta meta;
    private final Path path;
    private final StoreFile file;
    private final ByteBuffer block = ByteBuffer.allocateDirect(SnapshotBlock.BYTES);
    private SnapshotBlock head;
    private int index = -1;
    private int chain;
    private long remaining;

    private FileSnapshotReader(ShardFolder folder, LogMeta meta, Path path) throws IOException {
        this.meta = meta;
        this.path = path;
        file = folder.port().open(path, Access.READ);
        try {
            head = nextBlock();
        } catch (LogException broken) {
            close();
            throw broken;
        }
    }

    /** Opens the snapshot of {@code position} after all its blocks have been verified. */
    static FileSnapshotReader open(ShardFolder folder, LogMeta meta, long position) throws IOException {
        Path path = folder.snapshot(position);
        long content = 0;
        try (FileSnapshotReader verifier = new FileSnapshotReader(folder, meta, path)) {
            if (verifier.position() != position) {
                throw verifier.damaged("it says that its position is " + verifier.position());
            }
            content = verifier.head.contentBytes();
            while (!verifier.head.last()) {
                verifier.head = verifier.nextBlock();
                content += verifier.head.contentBytes();
            }
        }
        FileSnapshotReader reader = new FileSnapshotReader(folder, meta, path);
        reader.remaining = content;
        return reader;
    }

    private SnapshotBlock nextBlock() {
        index++;
        try {
            block.clear();
            ShardFolder.readFully(file, block, (long) index * SnapshotBlock.BYTES);
            block.flip();
        } catch (IOException failure) {
            throw new LogException(Category.DAMAGED, path + " cannot be read: " + failure.getMessage(), failure);
        }
        SnapshotBlock next = SnapshotBlock.read(block, meta);
        if (next == null || next.index() != index || next.chain() != chain
                || (index > 0 && next.position() != head.position())) {
            throw damaged("block " + index + " is not valid");
        }
        chain = SnapshotBlock.crcOf(block);
        block.limit(SnapshotBlock.HEADER_BYTES + next.contentBytes()).position(SnapshotBlock.HEADER_BYTES);
        return next;
    }

    @Override
    public long position() {
        return head.position();
    }

    @Override
    public long elapsedMillis() {
        return head.elapsedMillis();
    }

    @Override
    public long wallMillis() {
        return head.wallMillis();
    }

    int previousCrc() {
        return head.previousCrc();
    }

    @Override
    public void readFully(ByteBuffer target) {
        if (target.remaining() > remaining) {
            throw damaged("its content ends " + (target.remaining() - remaining) + " bytes too early");
        }
        remaining -= target.remaining();
        while (target.hasRemaining()) {
            if (!block.hasRemaining()) {
                head = nextBlock();
            }
            int part = Math.min(target.remaining(), block.remaining());
            target.put(block.slice(block.position(), part));
            block.position(block.position() + part);
        }
    }

    @Override
    public long remaining() {
        return remaining;
    }

    private LogException damaged(String what) {
        return new LogException(Category.DAMAGED, "snapshot " + path + " is damaged: " + what);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException ignored) {
            // It was only read.
        }
    }
}
