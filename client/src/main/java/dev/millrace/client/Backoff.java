package dev.millrace.client;

import java.util.concurrent.ThreadLocalRandom;

/** Delays between tries to connect: they double, and half of each is chance. Thread safety: none. */
final class Backoff {
    private static final long FIRST_MILLIS = 50;
    private static final long MOST_MILLIS = 2_000;

    private long nextMillis = FIRST_MILLIS;

    long next() {
        long millis = nextMillis;
        nextMillis = Math.min(MOST_MILLIS, nextMillis * 2);
        return millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
    }

    void reset() {
        nextMillis = FIRST_MILLIS;
    }
}
