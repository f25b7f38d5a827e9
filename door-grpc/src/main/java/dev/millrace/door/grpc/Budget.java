package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.ErrorDetail.Category;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds the bytes of bodies that wait to be durable. Thread-safe. */
final class Budget {
    private static final int UNIT_BYTES = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final int units;
    private final Semaphore free;
    private final Duration patience;

    Budget(int bytes) {
        this(bytes, PATIENCE);
    }

    Budget(int bytes, Duration patience) {
        this.patience = patience;
        units = bytes / UNIT_BYTES;
        free = new Semaphore(units, true);
    }

    /** Waits for room on the calling thread; the share must be given back once. Refuses after half a minute or so. */
    Runnable take(long bytes) {
        int wanted = (int) Math.min(units, bytes / UNIT_BYTES + 1);
        try {
            if (free.tryAcquire(wanted, patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return () -> free.release(wanted);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RefusedException(Refusals.detail(Category.CATEGORY_LIMIT, "the server holds as many bytes of "
                + "requests as request-memory allows; nothing was done, try again later"));
    }
}
