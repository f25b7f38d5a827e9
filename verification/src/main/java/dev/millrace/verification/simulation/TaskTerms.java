package dev.millrace.verification.simulation;

import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.EnvelopeWriter;
import java.util.Random;

/**
 * What the client that enqueues a task asks for.
 *
 * @param priority
 *            9 goes first
 * @param key
 *            tasks of one go one after the other; empty: none
 * @param limitKey
 *            tasks of one count together against the limits; empty: none
 */
record TaskTerms(int priority, String key, String limitKey, Unique unique, Times times, Retries retries) {
    /**
     * A key that is taken once.
     *
     * @param key
     *            empty: none
     * @param windowMillis
     *            0: none by time
     * @param untilDone
     *            also held until the task is over
     */
    record Unique(String key, long windowMillis, boolean untilDone) {
        static final Unique NONE = new Unique("", 0, false);
    }

    /**
     * Delay, time until it expires, and how long it is kept when it is done; 0: none.
     *
     * @param dueAtMillis
     *            the instant of the wall clock that is said instead of the delay; 0: none
     */
    record Times(long delayMillis, long expiresMillis, long retentionMillis, long dueAtMillis) {}

    /** Attempts, 0 as the group says; the first and the longest backoff, -1 as the group says. */
    record Retries(int maxAttempts, long minBackoffMillis, long maxBackoffMillis) {
        static final Retries BY_GROUP = new Retries(0, -1, -1);
    }

    /** Those of a message that a protocol without properties publishes. */
    static TaskTerms plain(long delayMillis, long dueAtMillis) {
        return new TaskTerms(Envelope.DEFAULT_PRIORITY, "", "", Unique.NONE, new Times(delayMillis, 0, 0, dueAtMillis),
                Retries.BY_GROUP);
    }

    /** Those of a task that goes before all others, at once. */
    static TaskTerms first() {
        return new TaskTerms(9, "", "", Unique.NONE, new Times(0, 0, 0, 0), Retries.BY_GROUP);
    }

    static TaskTerms any(Random random, long wallMillis) {
        int priority = random.nextInt(2) == 0 ? random.nextInt(10) : Envelope.DEFAULT_PRIORITY;
        String key = random.nextInt(4) == 0 ? "key" + random.nextInt(4) : "";
        String limitKey = random.nextInt(4) == 0 ? "limit" + random.nextInt(3) : "";
        long delay = random.nextInt(5) == 0 ? 1 + random.nextInt(random.nextInt(6) == 0 ? 100_000 : 60) : 0;
        long expires = random.nextInt(5) == 0 ? 1 + random.nextInt(random.nextInt(4) == 0 ? 60_000 : 300) : 0;
        long retention = random.nextInt(4) == 0 ? 1 + random.nextInt(random.nextInt(4) == 0 ? 60_000 : 1_000) : 0;
        return new TaskTerms(priority, key, limitKey, random.nextInt(4) == 0 ? anyUnique(random) : Unique.NONE,
                new Times(delay, expires, retention, Message.Payload.dueAt(delay, wallMillis)), anyRetries(random));
    }

    /** The same with nothing that keeps it from being handed out at once, until it expires. */
    TaskTerms expiring(long expiresMillis) {
        return new TaskTerms(priority, "", "", Unique.NONE, new Times(0, expiresMillis, times.retentionMillis, 0),
                retries);
    }

    /** The same without a unique key, as the first of a flow. */
    TaskTerms asFirst() {
        return new TaskTerms(priority, key, limitKey, Unique.NONE, times, retries);
    }

    /** The same as a step that another task leads to: at once, without a unique key. */
    TaskTerms asStep() {
        Times ends = new Times(0, times.expiresMillis, times.retentionMillis, 0);
        return new TaskTerms(priority, key, limitKey, Unique.NONE, ends, retries);
    }

    /** The same of one that is delivered together with others, so that it has no order. */
    TaskTerms asMember() {
        Times ends = new Times(0, times.expiresMillis, times.retentionMillis, 0);
        return new TaskTerms(priority, "", limitKey, Unique.NONE, ends, retries);
    }

    /** What a task that takes the place of others takes over from the first of them. */
    TaskTerms takenOver() {
        Times ends = new Times(0, 0, times.retentionMillis, 0);
        return new TaskTerms(priority, key, limitKey, Unique.NONE, ends, retries);
    }

    private static Unique anyUnique(Random random) {
        long window = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(random.nextInt(4) == 0 ? 60_000 : 300);
        return new Unique("unique" + random.nextInt(8), window, window == 0 || random.nextInt(3) == 0);
    }

    private static Retries anyRetries(Random random) {
        int attempts = random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 0;
        long backoff = random.nextInt(4) > 0 ? random.nextInt(60) : -1;
        return new Retries(attempts, backoff, backoff < 0 ? -1 : backoff * 4);
    }

    EnvelopeWriter envelope() {
        EnvelopeWriter envelope = new EnvelopeWriter().priority(priority)
                .maxAttempts(retries.maxAttempts)
                .header("priority", String.valueOf(priority));
        if (times.dueAtMillis > 0) {
            envelope.dueAt(times.dueAtMillis);
        } else {
            envelope.delay(times.delayMillis);
        }
        if (!key.isEmpty()) {
            envelope.key(key);
        }
        if (!limitKey.isEmpty()) {
            envelope.limitKey(limitKey);
        }
        if (!unique.key.isEmpty()) {
            envelope.uniqueKey(unique.key, unique.windowMillis, unique.untilDone);
        }
        if (times.expiresMillis > 0) {
            envelope.expiresIn(times.expiresMillis);
        }
        if (times.retentionMillis > 0) {
            envelope.retention(times.retentionMillis);
        }
        if (retries.minBackoffMillis >= 0) {
            envelope.backoff(retries.minBackoffMillis, retries.maxBackoffMillis);
        }
        return envelope;
    }

    @Override
    public String toString() {
        return "priority " + priority + (key.isEmpty() ? "" : ", " + key) + (limitKey.isEmpty() ? "" : ", " + limitKey)
                + (unique.key.isEmpty() ? "" : ", " + unique) + ", " + times + ", " + retries;
    }
}
