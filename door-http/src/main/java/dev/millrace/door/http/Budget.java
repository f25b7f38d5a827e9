package dev.millrace.door.http;

import dev.millrace.net.http.HttpFailure;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the bytes of request bodies that are in memory at once: a request waits for its share before its body is read,
 * and so does its client, whose socket is not read meanwhile. A share is held until what the body asks for is durable, so
 * a shard that falls behind shows here: after some seconds requests are refused with status 429.
 */
final class Budget {
    private static final int UNIT_BYTES = 1024;
    private static final int PATIENCE_SECONDS = 5;

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
            throw new HttpFailure(429, Problems.OVERLOADED, "the server has as many bytes of requests to write as it"
                    + " may, " + units + " KiB; nothing was done. Try again later, or send less at once");
        }
        return () -> free.release(wanted);
    }
}
