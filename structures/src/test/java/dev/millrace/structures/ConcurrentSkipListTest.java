package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConcurrentSkipListTest {
    private static void same(Map.@Nullable Entry<Integer, Integer> actual,
            Map.@Nullable Entry<Integer, Integer> expected) {
        assertThat(actual == null ? null : Map.entry(actual.getKey(), actual.getValue()))
                .isEqualTo(expected == null ? null : Map.entry(expected.getKey(), expected.getValue()));
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.structures.Seeds#seeds")
    void randomCalls_behaveLikeTheJdksMaps(long seed) {
        var random = new Random(seed);
        int range = 1 << (4 + random.nextInt(11));
        boolean reversed = random.nextInt(3) == 0;
        Comparator<Integer> order = Comparator.reverseOrder();
        NavigableMap<Integer, Integer> model = random.nextBoolean()
                ? new TreeMap<>(reversed ? order : null)
                : new ConcurrentSkipListMap<>(reversed ? order : null);
        ConcurrentSkipList<Integer, Integer> list = reversed ? new ConcurrentSkipList<>(order)
                : new ConcurrentSkipList<>(random.nextBoolean() ? 3 : UnrolledList.LEAF_MAX);
        for (int step = 0; step < 120_000; step++) {
            // Grows for a while, then shrinks, so that nodes split and merge.
            boolean growing = step / 20_000 % 2 == 0;
            int key = random.nextInt(range);
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> assertThat(growing ? list.put(key, step) : list.remove(key))
                        .isEqualTo(growing ? model.put(key, step) : model.remove(key));
                case 4 -> assertThat(list.putIfAbsent(key, step)).isEqualTo(model.putIfAbsent(key, step));
                case 5 -> assertThat(list.remove(key)).isEqualTo(model.remove(key));
                case 6 -> assertThat(list.remove(key, model.get(key))).isEqualTo(model.remove(key) != null);
                case 7 -> assertThat(list.replace(key, step)).isEqualTo(model.replace(key, step));
                case 8 -> assertThat(list.get(key)).isEqualTo(model.get(key));
                case 9 -> same(list.floorEntry(key), model.floorEntry(key));
                case 10 -> same(list.lowerEntry(key), model.lowerEntry(key));
                case 11 -> same(list.ceilingEntry(key), model.ceilingEntry(key));
                case 12 -> same(list.higherEntry(key), model.higherEntry(key));
                case 13 -> same(list.firstEntry(), model.firstEntry());
                case 14 -> same(list.lastEntry(), model.lastEntry());
                default -> {
                    if (!growing) {
                        same(list.pollFirstEntry(), model.pollFirstEntry());
                        same(list.pollLastEntry(), model.pollLastEntry());
                    }
                }
            }
            if (step % 5_000 == 0) {
                compareWhole(list, model, key);
            }
        }
        compareWhole(list, model, 3);
        list.clear();
        assertThat(list.size()).isZero();
        assertThat(list.isEmpty()).isTrue();
    }

    private static void compareWhole(ConcurrentSkipList<Integer, Integer> list, NavigableMap<Integer, Integer> model,
            int from) {
        assertThat(list.size()).isEqualTo(model.size());
        assertThat(new ArrayList<>(list.keySet())).isEqualTo(new ArrayList<>(model.keySet()));
        List<Integer> seen = new ArrayList<>();
        list.scan(from, (key, value) -> seen.add(key));
        assertThat(seen).isEqualTo(new ArrayList<>(model.tailMap(from, true).keySet()));
        seen.clear();
        list.scanDescending(from, (key, value) -> seen.add(key));
        assertThat(seen).isEqualTo(new ArrayList<>(model.headMap(from, true).descendingKeySet()));
        seen.clear();
        list.scanDescending(null, (key, value) -> seen.add(key));
        assertThat(seen).isEqualTo(new ArrayList<>(model.descendingKeySet()));
    }

    @Test
    void scan_visitorSaysNo_stops() {
        var list = new ConcurrentSkipList<Integer, Integer>();
        for (int key = 0; key < 1000; key++) {
            list.put(key, key);
        }
        List<Integer> seen = new ArrayList<>();
        list.scan(500, (key, value) -> {
            seen.add(key);
            return seen.size() < 100;
        });
        list.scanDescending(500, (key, value) -> {
            seen.add(key);
            return seen.size() < 200;
        });
        assertThat(seen).hasSize(200).endsWith(401).contains(599);
    }

    @Test
    void iterator_removesEveryOther_keepsTheRest() {
        var list = new ConcurrentSkipList<Integer, Integer>();
        for (int key = 0; key < 10_000; key++) {
            list.put(key, -key);
        }
        for (var entries = list.entrySet().iterator(); entries.hasNext();) {
            if (entries.next().getKey() % 2 == 0) {
                entries.remove();
                assertThatThrownBy(entries::remove).isInstanceOf(IllegalStateException.class);
            }
        }
        assertThat(list.size()).isEqualTo(5_000);
        assertThat(list.keySet()).allMatch(key -> key % 2 == 1);
    }

    @Test
    void nulls_areRefused() {
        var list = new ConcurrentSkipList<String, String>();
        list.put("a", "b");
        assertThatThrownBy(() -> list.get(nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> list.put("a", nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> list.replace("a", nothing())).isInstanceOf(NullPointerException.class);
        assertThat(list.remove("a", null)).isFalse();
    }

    @SuppressWarnings("NullAway") // what a caller without null checks would pass
    private static String nothing() {
        return null;
    }

    /** Each of several threads owns every n-th key and compares with a map of its own, all on one list. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void writersOnInterleavedKeys_eachSeesItsOwnWrites(long seed) throws Exception {
        int threads = 8;
        int range = seed == 11 ? 20 : 3_000;
        var list = new ConcurrentSkipList<Integer, Integer>(seed == 13 ? UnrolledList.LEAF_MAX : 2);
        var jdk = new ConcurrentSkipListMap<Integer, Integer>();
        var start = new CyclicBarrier(threads);
        try (var executor = Executors.newFixedThreadPool(threads)) {
            List<Future<Map<Integer, Integer>>> results = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int own = thread;
                results.add(executor.submit(() -> {
                    var random = new Random(seed * 31 + own);
                    var mine = new HashMap<Integer, Integer>();
                    start.await();
                    for (int step = 0; step < 60_000; step++) {
                        int key = random.nextInt(range) * threads + own;
                        if (random.nextInt(100) < (step / 10_000 % 2 == 0 ? 70 : 20)) {
                            assertThat(list.put(key, step)).isEqualTo(mine.put(key, step));
                            jdk.put(key, step);
                        } else {
                            assertThat(list.remove(key)).isEqualTo(mine.remove(key));
                            jdk.remove(key);
                        }
                        assertThat(list.get(key)).isEqualTo(mine.get(key));
                    }
                    return mine;
                }));
            }
            var all = new TreeMap<Integer, Integer>();
            for (var result : results) {
                all.putAll(result.get());
            }
            assertThat(new ArrayList<>(list.entrySet())).isEqualTo(new ArrayList<>(all.entrySet()));
            assertThat(new ArrayList<>(list.entrySet())).isEqualTo(new ArrayList<>(jdk.entrySet()));
            assertThat(list.size()).isEqualTo(all.size());
        }
    }

    @Test
    void scans_whileOthersWrite_seeAllThatStaysInOrder() throws Exception {
        var list = new ConcurrentSkipList<Integer, Integer>(4);
        for (int key = 0; key < 20_000; key += 10) {
            list.put(key, key);
        }
        var done = new AtomicBoolean();
        try (var executor = Executors.newFixedThreadPool(3)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                int own = writer;
                writers.add(executor.submit(() -> {
                    var random = new Random(own);
                    for (int step = 0; step < 300_000; step++) {
                        int key = random.nextInt(20_000);
                        if (key % 10 != 0) {
                            if (step / 30_000 % 2 == 0) {
                                list.put(key, key);
                            } else {
                                list.remove(key);
                            }
                        }
                    }
                }));
            }
            Future<Integer> scanner = executor.submit(() -> {
                int scans = 0;
                while (!done.get() || scans == 0) {
                    List<Integer> up = new ArrayList<>();
                    list.scan(null, (key, value) -> up.add(key));
                    checkScan(up);
                    List<Integer> down = new ArrayList<>();
                    list.scanDescending(null, (key, value) -> down.add(key));
                    checkScan(down.reversed());
                    checkScan(new ArrayList<>(list.keySet()));
                    scans++;
                }
                return scans;
            });
            for (Future<?> writer : writers) {
                writer.get();
            }
            done.set(true);
            assertThat(scanner.get()).isPositive();
        }
    }

    private static void checkScan(List<Integer> keys) {
        int stays = 0;
        int last = -1;
        for (int key : keys) {
            if (key <= last) {
                throw new AssertionError("key " + key + " after " + last);
            }
            last = key;
            stays += key % 10 == 0 ? 1 : 0;
        }
        assertThat(stays).isEqualTo(2_000);
    }

    @Test
    void pollFirst_severalThreads_eachEntryOnceAndAscendingPerThread() throws Exception {
        int entries = 100_000;
        var list = new ConcurrentSkipList<Integer, Integer>();
        for (int key = 0; key < entries; key++) {
            list.put(key, key);
        }
        var sum = new AtomicLong();
        try (var executor = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                counts.add(executor.submit(() -> {
                    int count = 0;
                    int last = -1;
                    for (var entry = list.pollFirstEntry(); entry != null; entry = list.pollFirstEntry()) {
                        assertThat(entry.getKey()).isGreaterThan(last);
                        last = entry.getKey();
                        sum.addAndGet(last);
                        count++;
                    }
                    return count;
                }));
            }
            int total = 0;
            for (var count : counts) {
                total += count.get();
            }
            assertThat(total).isEqualTo(entries);
            assertThat(sum.get()).isEqualTo((long) entries * (entries - 1) / 2);
        }
    }
}
