package dev.millrace.log.file.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the file log asks of a file system, and nothing more. The real one is {@link RealFiles}; tests put a simulated
 * disk behind it that loses power.
 *
 * <p>
 * What may be relied on: a write is durable after {@link StoreFile#force} (or on return, with
 * {@link Access#WRITE_DIRECT_SYNC}); a new, renamed or deleted name is durable after {@link #syncFolder}; a rename is
 * atomic. Nothing else is.
 *
 * <p>
 * Thread safety: all methods may be called by any thread that nobody interrupts.
 */
public interface FilePort {
    /** How a file is opened. */
    enum Access {
        /** Reads through the page cache. */
        READ,
        /** Reads past the page cache; offset, length and memory must be multiples of the block size. */
        READ_DIRECT,
        /** Reads and writes through the page cache. */
        WRITE,
        /** Writes past the page cache, to be forced later; aligned as {@link #READ_DIRECT}. */
        WRITE_DIRECT,
        /** Writes past the page cache, each durable on return; aligned as {@link #READ_DIRECT}. */
        WRITE_DIRECT_SYNC
    }

    /**
     * Opens a file; with a writing access it is made if it is not there.
     *
     * @throws java.nio.file.NoSuchFileException
     *             when it is not there and access only reads
     */
    StoreFile open(Path file, Access access) throws IOException;

    /** The names in a folder, sorted; empty when there is no such folder. */
    List<String> list(Path folder) throws IOException;

    /** Makes a folder and those above it, durably. */
    void createFolders(Path folder) throws IOException;

    /** Gives a file another name in the same or another folder, replacing what had it. Atomic. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    /** Makes the names in a folder durable. */
    void syncFolder(Path folder) throws IOException;

    /** Free bytes of the file system that holds the folder. */
    long usableBytes(Path folder) throws IOException;

    /** Size of the file system that holds the folder. */
    long totalBytes(Path folder) throws IOException;

    /** Whether the direct accesses work in this folder with 4,096-byte blocks; found by trying. */
    boolean takesDirect(Path folder) throws IOException;

    /**
     * Takes the lock file and writes {@code text} into it. The lock ends with the process, however that ends.
     *
     * @throws LockedException
     *             when another holder has it
     */
    FolderLock lock(Path file, String text) throws IOException;

    /** A held lock. */
    interface FolderLock extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /** Somebody else holds the lock. */
    final class LockedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final String holder;

        public LockedException(String holder) {
            super("held by " + holder);
            this.holder = holder;
        }

        /** The text that the holder wrote. */
        public String holder() {
            return holder;
        }
    }
}
