package dev.millrace.door.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the bytes of request bodies that are in memory at once: a request waits for its share before its body is read,
 * and so does its client, whose socket is not read meanwhile.
 */
final class Budget {
    private static final int UNIT_BYTES = 1024;
    private static final int PATIENCE_SECONDS = 30;

    private final int units;
    private final Semaphore free;

    Budget(int bytes) {
        units = bytes / UNIT_BYTES;
        free = new Semaphore(units, true);
    }

    /** A share that must be closed. */
    interface Share extends AutoCloseable {
        @Override
        void close();
    }

    Share take(long bytes) throws InterruptedException {
        int wanted = (int) Math.min(units, (bytes + UNIT_BYTES - 1) / UNIT_BYTES);
        if (!free.tryAcquire(wanted, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw Problems
                    .unavailable("the server is busy with other requests' bodies; nothing was done, try again later");
        }
        return () -> free.release(wanted);
    }
}
