package dev.millrace.bench.structures;

import dev.millrace.structures.ConcurrentLongSkipList;
import dev.millrace.structures.ConcurrentSkipList;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One sorted map of one size: filled, searched, changed and walked by one thread and by two, in one JVM. A map of ten
 * million entries takes a minute to fill, so it is filled once by one thread and once by two.
 */
final class MapFigures {
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(Figures.isQuick() ? 200 : 600);
    private static final int SMALL = 10_000;

    private final String name;
    private final int entries;
    private final Long[] keys;
    private Map<Long, Long> boxed = Map.of();
    private ConcurrentLongSkipList<Long> primitive = new ConcurrentLongSkipList<>();
    private volatile long sum;

    private MapFigures(String name, int entries) {
        this.name = name;
        this.entries = entries;
        SplittableRandom random = new SplittableRandom(42);
        keys = new Long[entries + Math.min(entries, 1 << 20)];
        Arrays.setAll(keys, at -> random.nextLong());
    }

    /** Measures and prints, in nanoseconds per call and thread. */
    static void print(String name, int entries) throws InterruptedException {
        new MapFigures(name, entries).run();
    }

    private boolean isPrimitive() {
        return name.equals("millrace-long");
    }

    private boolean isConcurrent() {
        return isPrimitive() || name.equals("jdk") || name.equals("millrace");
    }

    private void run() throws InterruptedException {
        warmUp();
        empty();
        long before = Figures.usedBytes();
        insert("insert", 1);
        double bytes = (Figures.usedBytes() - before) / (double) entries;
        measure("get", 16, 1, this::get);
        measure("scan, per entry", 1, entries, random -> scan());
        if (sum != Arrays.stream(keys, 0, entries).mapToLong(key -> key).sum()) {
            throw new IllegalStateException("The scan did not see each entry once");
        }
        measure("mixed", 16, 1, this::mixed);
        measure("put + remove", 16, 1, this::change);
        if (isConcurrent()) {
            insert("insert, 2 threads", 2);
        }
        Figures.line(name, "bytes per entry" + (isPrimitive() ? ", key included" : ""), bytes);
    }

    private void warmUp() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Figures.isQuick() ? 1_000 : 2_500);
        while (System.nanoTime() - end < 0) {
            empty();
            for (int i = 0; i < SMALL; i++) {
                put(keys[i]);
            }
            SplittableRandom random = new SplittableRandom(7);
            for (int i = 0; i < SMALL; i++) {
                mixed(random);
            }
            scan();
        }
    }

    private void empty() {
        boxed = MapBenchmark.empty(name);
        primitive = new ConcurrentLongSkipList<>();
    }

    private void fill(int first, int step) {
        for (int i = first; i < entries; i += step) {
            put(keys[i]);
        }
    }

    /** Prints nanoseconds per insertion and thread; small maps are filled many times, and the median counts. */
    private void insert(String figure, int threads) throws InterruptedException {
        int times = entries > SMALL ? 1 : Figures.isQuick() ? 101 : 301;
        double[] nanos = new double[times];
        long cpu = -Figures.cpuNanos();
        for (int time = 0; time < times; time++) {
            empty();
            long start = System.nanoTime();
            together(threads, thread -> fill(thread, threads));
            nanos[time] = (System.nanoTime() - start) * (double) threads / entries;
        }
        cpu += Figures.cpuNanos();
        Arrays.sort(nanos);
        Figures.line(name, figure, nanos[times / 2]);
        Figures.line(name, Figures.cpu(figure), cpu / ((double) times * entries));
    }

    private void measure(String figure, int batch, int per, Call call) throws InterruptedException {
        parallel(figure, 1, batch, per, call);
        if (isConcurrent()) {
            parallel(figure + ", 2 threads", 2, batch, per, call);
        }
    }

    private static void together(int threads, IntConsumer body) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(threads - 1);
        for (int thread = 1; thread < threads; thread++) {
            int number = thread;
            Thread.ofPlatform().start(() -> {
                body.accept(number);
                done.countDown();
            });
        }
        body.accept(0);
        done.await();
    }

    private interface Call {
        void run(SplittableRandom random);
    }

    /** Prints nanoseconds per call and thread, over a round after half a round of warm-up. */
    private void parallel(String figure, int threads, int batch, int per, Call call) throws InterruptedException {
        AtomicLong nanos = new AtomicLong();
        AtomicLong calls = new AtomicLong();
        AtomicLong warmUpCalls = new AtomicLong();
        long cpu = -Figures.cpuNanos();
        together(threads, thread -> {
            SplittableRandom random = new SplittableRandom(thread + 1);
            warmUpCalls.addAndGet(repeat(ROUND_NANOS / 2, batch, random, call));
            long start = System.nanoTime();
            calls.addAndGet(repeat(ROUND_NANOS, batch, random, call));
            nanos.addAndGet(System.nanoTime() - start);
        });
        cpu += Figures.cpuNanos();
        Figures.line(name, figure, nanos.get() / (double) calls.get() / per);
        Figures.line(name, Figures.cpu(figure), cpu / (double) (calls.get() + warmUpCalls.get()) / per);
    }

    private static long repeat(long nanos, int batch, SplittableRandom random, Call call) {
        long end = System.nanoTime() + nanos;
        long calls = 0;
        do {
            for (int i = 0; i < batch; i++) {
                call.run(random);
            }
            calls += batch;
        } while (System.nanoTime() - end < 0);
        return calls;
    }

    private void put(Long key) {
        if (isPrimitive()) {
            primitive.put(key, key);
        } else {
            boxed.put(key, key);
        }
    }

    private @Nullable Long look(SplittableRandom random) {
        Long key = keys[random.nextInt(entries)];
        Long value = isPrimitive() ? primitive.get(key) : boxed.get(key);
        if (value != null && !value.equals(key)) {
            throw new IllegalStateException("Key " + key + " has value " + value);
        }
        return value;
    }

    /** Every key looked for is there. */
    private void get(SplittableRandom random) {
        if (look(random) == null) {
            throw new IllegalStateException("A key is missing");
        }
    }

    /** Half of the puts and of the removals find something to do, and the size stays. */
    private void change(SplittableRandom random) {
        put(keys[random.nextInt(keys.length)]);
        Long out = keys[random.nextInt(keys.length)];
        if (isPrimitive()) {
            primitive.remove((long) out);
        } else {
            boxed.remove(out);
        }
    }

    /** Eight look-ups, a put and a removal. */
    private void mixed(SplittableRandom random) {
        for (int i = 0; i < 8; i++) {
            look(random);
        }
        change(random);
    }

    private void scan() {
        long[] total = new long[1];
        if (isPrimitive()) {
            primitive.scan(Long.MIN_VALUE, (key, value) -> {
                total[0] += value;
                return true;
            });
        } else if (boxed instanceof ConcurrentSkipList<Long, Long> list) {
            list.scan(null, (key, value) -> {
                total[0] += value;
                return true;
            });
        } else {
            boxed.forEach((key, value) -> total[0] += value);
        }
        sum = total[0];
    }
}
