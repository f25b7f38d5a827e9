package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of a log: at most two valid ones are kept.
 *
 * <p>
 * Thread safety: {@link #newest} and {@link #newestValid} belong to the owner; {@link #publish} to the thread that
 * writes a snapshot; the positions may be asked by any thread.
 */
final class SnapshotStore {
    private static final int KEPT = 2;

    private final ShardFolder folder;
    private final LogMeta meta;
    /** Positions of valid snapshots, newest first. */
    private volatile List<Long> kept = List.of();
    private final List<Path> broken = new ArrayList<>();
    private final List<Long> superfluous = new ArrayList<>();
    /** Superseded, to be deleted; under its own monitor, as is {@code holding}. */
    private final List<Long> held = new ArrayList<>();
    private boolean holding;

    SnapshotStore(ShardFolder folder, LogMeta meta) {
        this.folder = folder;
        this.meta = meta;
    }

    /** Opens the newest valid snapshot; null when there is none. Broken ones newer than it are noted. */
    @Nullable
    FileSnapshotReader newestValid(List<Long> positions, List<String> notes) throws IOException {
        List<Long> descending = positions.reversed();
        for (int i = 0; i < descending.size(); i++) {
            try {
                FileSnapshotReader reader = FileSnapshotReader.open(folder, meta, descending.get(i));
                int end = Math.min(i + KEPT, descending.size());
                kept = List.copyOf(descending.subList(i, end));
                superfluous.addAll(descending.subList(end, descending.size()));
                return reader;
            } catch (LogException damaged) {
                broken.add(folder.snapshot(descending.get(i)));
                notes.add(
                        damaged.getMessage() + "; it was put into torn/, and the one before it, or else the whole log,"
                                + " was used");
            }
        }
        return null;
    }

    /** Puts broken snapshots into torn/ and deletes old ones, once it is clear that the log can do without them. */
    void tidy() throws IOException {
        for (Path path : broken) {
            folder.setAside(path);
        }
        broken.clear();
        for (long position : superfluous) {
            folder.port().delete(folder.snapshot(position));
        }
        superfluous.clear();
    }

    /** Gives a written and synced snapshot its name; older ones than the last two go. */
    void publish(Path temporary, long position) throws IOException {
        folder.port().rename(temporary, folder.snapshot(position));
        folder.sync();
        List<Long> all = new ArrayList<>(kept);
        all.remove(position);
        all.addFirst(position);
        kept = List.copyOf(all.subList(0, Math.min(KEPT, all.size())));
        List<Long> old = all.subList(Math.min(KEPT, all.size()), all.size());
        synchronized (held) {
            held.addAll(old);
            if (holding) {
                return;
            }
            for (long each : held) {
                folder.port().delete(folder.snapshot(each));
            }
            held.clear();
        }
    }

    /** While it is held no snapshot is deleted; those that should have been go with a later one. */
    void hold(boolean now) {
        synchronized (held) {
            holding = now;
        }
    }

    /** Position of the newest valid snapshot, 0 for none. */
    long newest() {
        List<Long> now = kept;
        return now.isEmpty() ? 0 : now.getFirst();
    }

    /** From here on the log must be kept: the older of the two snapshots, 0 when there are not two. */
    long keepFrom() {
        List<Long> now = kept;
        return now.size() < KEPT ? 0 : now.getLast();
    }
}
