package dev.millrace.bench.structures;

import dev.millrace.structures.ConcurrentLongSkipList;
import dev.millrace.structures.ConcurrentSkipList;
import dev.millrace.structures.SkipList;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Sorted maps with random {@code long} keys. Run it with {@code -t 1} and {@code -t 2}; the maps for one thread
 * (treemap, skiplist) only with one.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgs = {"-Xms4g", "-Xmx4g"})
public class MapBenchmark {
    /** The map, filled with {@code entries} of twice as many keys. */
    @State(Scope.Benchmark)
    public static class Filled {
        @Param({"jdk", "millrace", "millrace-long", "treemap", "skiplist"}) public String map = "";
        @Param({"10000", "1000000"}) public int entries;
        Long[] keys = {};
        Map<Long, Long> boxed = Map.of();
        ConcurrentLongSkipList<Long> primitive = new ConcurrentLongSkipList<>();
        long sum;

        /** Fills the map. */
        @Setup(Level.Trial)
        public void fill() {
            boxed = empty(map);
            SplittableRandom random = new SplittableRandom(42);
            keys = new Long[2 * entries];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = random.nextLong();
            }
            for (int i = 0; i < entries; i++) {
                put(keys[2 * i]);
            }
        }

        boolean isPrimitive() {
            return map.equals("millrace-long");
        }

        void put(Long key) {
            if (isPrimitive()) {
                primitive.put(key, key);
            } else {
                boxed.put(key, key);
            }
        }
    }

    /** What each thread has for itself. */
    @State(Scope.Thread)
    public static class Place {
        private static final AtomicInteger SEEDS = new AtomicInteger();
        final SplittableRandom random = new SplittableRandom(SEEDS.incrementAndGet());
    }

    static Map<Long, Long> empty(String map) {
        return switch (map) {
            case "jdk" -> new ConcurrentSkipListMap<>();
            case "treemap" -> new TreeMap<>();
            case "skiplist" -> new SkipList<>();
            default -> new ConcurrentSkipList<>();
        };
    }

    /** Looks up a key that is there. */
    @Benchmark
    public Object get(Filled filled, Place place) {
        Object value = look(filled, place);
        if (value == null) {
            throw new IllegalStateException("A key is missing");
        }
        return value;
    }

    private static @Nullable Object look(Filled filled, Place place) {
        Long key = filled.keys[2 * place.random.nextInt(filled.entries)];
        return filled.isPrimitive() ? filled.primitive.get(key) : filled.boxed.get(key);
    }

    /** Puts a random key and removes another: half of each finds something to do, and the size stays. */
    @Benchmark
    public void putAndRemove(Filled filled, Place place) {
        Long in = filled.keys[place.random.nextInt(filled.keys.length)];
        Long out = filled.keys[place.random.nextInt(filled.keys.length)];
        filled.put(in);
        if (filled.isPrimitive()) {
            filled.primitive.remove((long) out);
        } else {
            filled.boxed.remove(out);
        }
    }

    /** Eight reads, one put, one remove. */
    @Benchmark
    public void mixed(Filled filled, Place place, Blackhole hole) {
        for (int i = 0; i < 8; i++) {
            hole.consume(look(filled, place));
        }
        putAndRemove(filled, place);
    }

    /** Walks all entries; the figure is for the whole walk. */
    @Benchmark
    public long scan(Filled filled) {
        long[] sum = new long[1];
        if (filled.isPrimitive()) {
            filled.primitive.scan(Long.MIN_VALUE, (key, value) -> {
                sum[0] += value;
                return true;
            });
        } else if (filled.boxed instanceof ConcurrentSkipList<Long, Long> list) {
            list.scan(null, (key, value) -> {
                sum[0] += value;
                return true;
            });
        } else {
            filled.boxed.forEach((key, value) -> sum[0] += value);
        }
        return sum[0];
    }

    /** Fills an empty map; the figure is for all entries. Each thread fills one of its own. */
    @Benchmark
    public Object insert(Filled filled) {
        if (filled.isPrimitive()) {
            ConcurrentLongSkipList<Long> list = new ConcurrentLongSkipList<>();
            for (int i = 0; i < filled.entries; i++) {
                list.put(filled.keys[i], filled.keys[i]);
            }
            return list;
        }
        Map<Long, Long> map = empty(filled.map);
        for (int i = 0; i < filled.entries; i++) {
            map.put(filled.keys[i], filled.keys[i]);
        }
        return map;
    }
}
