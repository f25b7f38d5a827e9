package dev.millrace.log.file;

import dev.millrace.log.file.disk.FilePort;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Opens file logs with planted bugs, for the simulator in room verification. */
public final class PlantedLogs {
    private PlantedLogs() {}

    /** The names of the bugs that can be planted. */
    public static List<String> bugs() {
        return Stream.of(PlantedBug.values()).map(Enum::name).toList();
    }

    /** As {@link FileLogFactory}'s constructor; {@code bugs} by name. */
    public static FileLogFactory open(FileLogOptions options, FilePort port, LogThreads threads, LongSupplier newLogId,
            Set<String> bugs) {
        return new FileLogFactory(options, port, threads, newLogId,
                bugs.stream().map(PlantedBug::valueOf).collect(Collectors.toUnmodifiableSet()));
    }

    /** Without bugs, on any disk, with the threads that a server has; {@code onDefect} learns of errors in those. */
    public static FileLogFactory withRealThreads(FileLogOptions options, FilePort port, Consumer<Throwable> onDefect) {
        return new FileLogFactory(options, port, new RealThreads(2, onDefect), new SecureRandom()::nextLong);
    }
}
