package dev.millrace.bench.contest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The system's cache of files. */
public final class PageCache {
    private PageCache() {}

    /** Writes dirty pages and forgets all clean ones; false where that is not permitted: it needs root. */
    public static boolean drop() {
        try {
            new ProcessBuilder("sync").inheritIO().start().waitFor();
            Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "1");
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
