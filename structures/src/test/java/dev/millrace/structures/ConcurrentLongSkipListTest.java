package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConcurrentLongSkipListTest {
    private static void same(ConcurrentLongSkipList.@Nullable Entry<String> actual,
            Map.@Nullable Entry<Long, String> expected) {
        assertThat(actual == null ? null : Map.entry(actual.key(), actual.value()))
                .isEqualTo(expected == null ? null : Map.entry(expected.getKey(), expected.getValue()));
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.structures.Seeds#seeds")
    void randomCalls_behaveLikeTheJdksMaps(long seed) {
        var random = new Random(seed);
        int range = 1 << (4 + random.nextInt(11));
        NavigableMap<Long, String> model = random.nextBoolean() ? new TreeMap<>() : new ConcurrentSkipListMap<>();
        var list = new ConcurrentLongSkipList<String>(random.nextBoolean() ? 3 : UnrolledList.LEAF_MAX);
        for (int step = 0; step < 120_000; step++) {
            boolean growing = step / 20_000 % 2 == 0;
            long key = random.nextInt(200) == 0
                    ? (random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE)
                    : random.nextInt(range) - range / 2;
            String value = "v" + step;
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> assertThat(growing ? list.put(key, value) : list.remove(key))
                        .isEqualTo(growing ? model.put(key, value) : model.remove(key));
                case 4 -> assertThat(list.putIfAbsent(key, value)).isEqualTo(model.putIfAbsent(key, value));
                case 5 -> {
                    String present = model.getOrDefault(key, "none");
                    assertThat(list.remove(key, "no")).isFalse();
                    assertThat(list.remove(key, present)).isEqualTo(model.remove(key, present));
                }
                case 6 -> assertThat(list.replace(key, value)).isEqualTo(model.replace(key, value));
                case 7 -> {
                    String present = model.getOrDefault(key, "none");
                    assertThat(list.replace(key, present, value)).isEqualTo(model.replace(key, present, value));
                }
                case 8 -> {
                    assertThat(list.get(key)).isEqualTo(model.get(key));
                    assertThat(list.containsKey(key)).isEqualTo(model.containsKey(key));
                }
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
        compareWhole(list, model, 0);
        list.clear();
        assertThat(list.size()).isZero();
        assertThat(list.isEmpty()).isTrue();
    }

    private static void compareWhole(ConcurrentLongSkipList<String> list, NavigableMap<Long, String> model, long from) {
        assertThat(list.size()).isEqualTo(model.size());
        assertThat(list.isEmpty()).isEqualTo(model.isEmpty());
        List<Long> seen = new ArrayList<>();
        list.scan(from, (key, value) -> seen.add(key));
        assertThat(seen).isEqualTo(new ArrayList<>(model.tailMap(from, true).keySet()));
        seen.clear();
        list.scanDescending(from, (key, value) -> seen.add(key));
        assertThat(seen).isEqualTo(new ArrayList<>(model.headMap(from, true).descendingKeySet()));
    }

    /** The log's index: one thread appends ids and drops old ones, another looks positions up. */
    @Test
    void oneWriterOneReader_readerFindsWhatWasWrittenBefore() throws Exception {
        var list = new ConcurrentLongSkipList<Long>();
        int entries = 200_000;
        try (var executor = Executors.newSingleThreadExecutor()) {
            var reader = executor.submit(() -> {
                long found = 0;
                var random = new Random(9);
                for (long last = 0; last < entries - 1;) {
                    var greatest = list.lastEntry();
                    if (greatest != null) {
                        assertThat(greatest.key()).isGreaterThanOrEqualTo(last);
                        last = greatest.key();
                        long id = Math.max(0, last - random.nextInt(100));
                        Long value = list.get(id);
                        if (value == null) {
                            // The writer has dropped it meanwhile, so the map begins after it.
                            var first = list.firstEntry();
                            assertThat(first == null ? -1 : first.key()).isGreaterThan(id);
                        } else {
                            assertThat(value).isEqualTo(id * 7);
                        }
                        found++;
                    }
                }
                return found;
            });
            for (long id = 0; id < entries; id++) {
                list.put(id, id * 7);
                if (id >= 2_000) {
                    list.remove(id - 2_000);
                }
            }
            assertThat(reader.get()).isPositive();
        }
        assertThat(list.size()).isEqualTo(2_000);
        assertThat(list.firstEntry())
                .isEqualTo(new ConcurrentLongSkipList.Entry<>(entries - 2_000L, (entries - 2_000L) * 7));
    }
}
