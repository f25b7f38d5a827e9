package dev.millrace.verification.architecture.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/** One class for each thing that the machine must not do, and one that does nothing wrong. */
public final class Bad {
    private Bad() {}

    static final class Good {
        private final int[] table = new int[8];

        int sum(List<Integer> values) {
            int sum = table.length;
            for (int value : values) {
                sum += value;
            }
            return sum;
        }
    }

    static final class HashField {
        final Map<String, String> map = new HashMap<>();
    }

    static final class HashLocal {
        int size() {
            return new LinkedHashSet<>(List.of(1)).size();
        }
    }

    static final class Salted {
        Set<Integer> order() {
            return Set.of(1, 2, 3);
        }
    }

    static final class Millis {
        long read() {
            return System.currentTimeMillis();
        }
    }

    static final class Nanos {
        long read() {
            return System.nanoTime();
        }
    }

    static final class Now {
        Instant read() {
            return Instant.now();
        }
    }

    static final class HasClock {
        long read(Clock clock) {
            return clock.millis();
        }
    }

    static final class HasRandom {
        int read(Random random) {
            return random.nextInt();
        }
    }

    static final class LocalRandom {
        int read() {
            return ThreadLocalRandom.current().nextInt();
        }
    }

    static final class IdentityHash {
        int read(Object of) {
            return System.identityHashCode(of);
        }
    }

    static final class StartsThread {
        void run(Runnable work) {
            Thread.ofVirtual().start(work);
        }
    }

    static final class HasPool {
        void run(ExecutorService pool, Runnable work) {
            pool.execute(work);
        }
    }

    static final class HasLock {
        final ReentrantLock lock = new ReentrantLock();
    }

    static final class ReadsFile {
        boolean read() {
            return Files.exists(Path.of("x"));
        }
    }

    static final class DoubleField {
        double field;
    }

    static final class FloatArrayParameter {
        int read(float[] values) {
            return values.length;
        }
    }

    static final class DoubleLocal {
        long read(long value) {
            return (long) (value * 1.5);
        }
    }

    static final class DoubleCall {
        long read(long value) {
            return Math.round(Math.sqrt((double) value));
        }
    }
}
