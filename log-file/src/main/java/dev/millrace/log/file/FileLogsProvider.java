package dev.millrace.log.file;

import dev.millrace.core.log.FolderLogs;
import dev.millrace.core.log.FolderLogsProvider;
import java.util.function.Consumer;

/** Offers the file log to whoever opens a folder without knowing its kind. */
public final class FileLogsProvider implements FolderLogsProvider {
    /** For {@link java.util.ServiceLoader}. */
    public FileLogsProvider() {
        // nothing to set up
    }

    @Override
    public FolderLogs open(Settings settings, Consumer<Throwable> onDefect) {
        SyncLevel level = switch (settings.sync()) {
            case ALWAYS -> SyncLevel.ALWAYS;
            case INTERVAL -> SyncLevel.INTERVAL;
            case OS -> SyncLevel.OS;
        };
        long half = settings.cacheBytes() / 2;
        return FileLogFactory.onDisk(FileLogOptions.of(settings.folder())
                .withSyncLevel(level)
                .withSyncIntervalMillis(settings.syncIntervalMillis())
                .withSegmentBytes(settings.segmentBytes())
                .withMemory(new FileLogOptions.Memory(half, half)), onDefect);
    }
}
