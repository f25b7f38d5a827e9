package dev.millrace.log.file;

import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which part of the log is synced, and the files that are not yet.
 *
 * <p>
 * Thread safety: {@link #begin} and {@link #written} belong to the owner; {@link #sync} may be called by the owner and
 * by the log's background threads, one at a time does the work. A failed sync fails the whole log: no file is ever
 * synced again.
 */
final class Durability {
    private record Open(StoreFile file, Path path) {}

    private final LogContext context;
    private final Object syncing = new Object();
    /** Files with bytes that may not be synced, oldest first; the last one is being written. Guarded by itself. */
    private final List<Open> files = new ArrayList<>();
    private volatile long written;
    private volatile long synced;

    Durability(LogContext context) {
        this.context = context;
    }

    /** The writer goes on in {@code file}; what is before {@code tail} and not in the files given so far is synced. */
    void begin(StoreFile file, Path path, long tail) {
        synchronized (files) {
            if (files.isEmpty()) {
                synced = tail;
            }
            files.add(new Open(file, path));
        }
        written = tail;
    }

    /** All bytes before {@code tail} are written; with direct writes that is durable. */
    void written(long tail) {
        written = tail;
        if (context.direct) {
            synced = tail;
        }
    }

    /** Everything before this is synced. */
    long synced() {
        return synced;
    }

    long writtenTo() {
        return written;
    }

    /** Syncs what was written before the call. */
    void sync() {
        synchronized (syncing) {
            context.failure.check();
            long goal = written;
            if (synced >= goal && !hasSealed()) {
                return;
            }
            List<Open> dirty;
            synchronized (files) {
                dirty = List.copyOf(files);
            }
            for (Open open : dirty) {
                forceOnce(open);
            }
            closeSealed(dirty);
            synced = Math.max(synced, goal);
        }
    }

    private boolean hasSealed() {
        synchronized (files) {
            return files.size() > 1;
        }
    }

    private void forceOnce(Open open) {
        if (context.direct) {
            return;
        }
        long start = context.threads.nanoTime();
        try {
            force(open.file);
        } catch (IOException failure) {
            throw context.failure.write("syncing", open.path, failure);
        }
        context.syncs.increment();
        context.syncNanos.add(context.threads.nanoTime() - start);
    }

    private void force(StoreFile file) throws IOException {
        try {
            file.force();
        } catch (IOException failure) {
            if (!context.bugs.contains(PlantedBug.TRUST_SECOND_SYNC)) {
                throw failure;
            }
            file.force();
        }
    }

    /** All files but the one being written are complete and synced now. */
    private void closeSealed(List<Open> done) {
        synchronized (files) {
            for (Open open : done) {
                if (!open.equals(files.getLast())) {
                    closeQuietly(open);
                    files.remove(open);
                }
            }
        }
    }

    /** Closes all files without syncing them. */
    void close() {
        synchronized (syncing) {
            synchronized (files) {
                files.forEach(Durability::closeQuietly);
                files.clear();
            }
        }
    }

    private static void closeQuietly(Open open) {
        try {
            open.file.close();
        } catch (IOException ignored) {
            // Its bytes are synced, or the log has failed already: closing can lose nothing more.
        }
    }
}
