package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SkipListTest {
    private static SkipList<Integer, Integer> filled(int entries) {
        var list = new SkipList<Integer, Integer>();
        for (int key = 0; key < entries; key++) {
            list.put(key, -key);
        }
        return list;
    }

    private static void same(Map.@Nullable Entry<Integer, Integer> actual,
            Map.@Nullable Entry<Integer, Integer> expected) {
        assertThat(actual).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.structures.Seeds#seeds")
    void randomCalls_behaveLikeATreeMap(long seed) {
        var random = new Random(seed);
        int range = 1 << (5 + random.nextInt(12));
        Comparator<Integer> order = random.nextBoolean() ? Comparator.reverseOrder() : Comparator.naturalOrder();
        var model = new TreeMap<Integer, Integer>(order);
        var list = new SkipList<Integer, Integer>(order);
        for (int step = 0; step < 100_000; step++) {
            boolean growing = step / 20_000 % 2 == 0;
            int key = random.nextInt(range);
            switch (random.nextInt(14)) {
                case 0, 1, 2, 3 -> assertThat(growing ? list.put(key, step) : list.remove(key))
                        .isEqualTo(growing ? model.put(key, step) : model.remove(key));
                case 4 -> assertThat(list.putIfAbsent(key, step)).isEqualTo(model.putIfAbsent(key, step));
                case 5 -> assertThat(list.remove(key)).isEqualTo(model.remove(key));
                case 6 -> assertThat(list.get(key)).isEqualTo(model.get(key));
                case 7 -> same(list.floorEntry(key), model.floorEntry(key));
                case 8 -> same(list.lowerEntry(key), model.lowerEntry(key));
                case 9 -> same(list.ceilingEntry(key), model.ceilingEntry(key));
                case 10 -> same(list.higherEntry(key), model.higherEntry(key));
                case 11 -> {
                    same(list.firstEntry(), model.firstEntry());
                    same(list.lastEntry(), model.lastEntry());
                }
                case 12 -> assertThat(list.containsKey(key)).isEqualTo(model.containsKey(key));
                default -> {
                    if (!growing && random.nextInt(20) == 0) {
                        int to = key + random.nextInt(1 + range / 20);
                        int low = order.compare(key, to) <= 0 ? key : to;
                        int high = low == key ? to : key;
                        NavigableMap<Integer, Integer> doomed = model.subMap(low, true, high, false);
                        assertThat(list.removeRange(low, high)).isEqualTo(doomed.size());
                        doomed.clear();
                    }
                }
            }
            if (step % 4_000 == 0) {
                compareWhole(list, model, random, range);
            }
        }
    }

    private static void compareWhole(SkipList<Integer, Integer> list, NavigableMap<Integer, Integer> model,
            Random random,
            int range) {
        SkipListShape.verify(list);
        assertThat(list).hasSize(model.size());
        List<Integer> keys = new ArrayList<>(model.keySet());
        assertThat(new ArrayList<>(list.keySet())).isEqualTo(keys);
        for (int i = 0; i < 50 && !keys.isEmpty(); i++) {
            int position = random.nextInt(keys.size());
            assertThat(list.select(position).getKey()).isEqualTo(keys.get(position));
            assertThat(list.rank(keys.get(position))).isEqualTo(position);
            int key = random.nextInt(range);
            assertThat(list.rank(key)).isEqualTo(model.headMap(key, false).size());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.structures.Seeds#seeds")
    void views_behaveLikeThoseOfATreeMap(long seed) {
        var random = new Random(seed);
        var model = new TreeMap<Integer, Integer>();
        var list = new SkipList<Integer, Integer>();
        for (int step = 0; step < 400; step++) {
            for (int i = 0; i < 20; i++) {
                int key = random.nextInt(1000);
                model.put(key, step);
                list.put(key, step);
            }
            NavigableMap<Integer, Integer> expected = model;
            NavigableMap<Integer, Integer> actual = list;
            for (int depth = random.nextInt(4); depth > 0; depth--) {
                int a = random.nextInt(1000);
                int b = random.nextInt(1000);
                boolean first = random.nextBoolean();
                boolean second = random.nextBoolean();
                int kind = random.nextInt(4);
                NavigableMap<Integer, Integer> from = expected;
                NavigableMap<Integer, Integer> view = tryView(() -> view(from, kind, a, b, first, second));
                NavigableMap<Integer, Integer> base = actual;
                NavigableMap<Integer, Integer> mine = tryView(() -> view(base, kind, a, b, first, second));
                assertThat(mine == null).isEqualTo(view == null);
                if (view != null && mine != null) {
                    expected = view;
                    actual = mine;
                }
            }
            compareViews(actual, expected, random.nextInt(1000), random.nextInt(5));
            assertThat(new ArrayList<>(list.entrySet())).isEqualTo(new ArrayList<>(model.entrySet()));
            SkipListShape.verify(list);
        }
    }

    private static @Nullable NavigableMap<Integer, Integer> tryView(
            java.util.function.Supplier<NavigableMap<Integer, Integer>> view) {
        try {
            return view.get();
        } catch (IllegalArgumentException outside) {
            return null;
        }
    }

    private static NavigableMap<Integer, Integer> view(NavigableMap<Integer, Integer> map, int kind, int a, int b,
            boolean first, boolean second) {
        return switch (kind) {
            case 0 -> map.subMap(a, first, b, second);
            case 1 -> map.headMap(a, first);
            case 2 -> map.tailMap(a, first);
            default -> map.descendingMap();
        };
    }

    private static void compareViews(NavigableMap<Integer, Integer> actual, NavigableMap<Integer, Integer> expected,
            int key, int change) {
        assertThat(new ArrayList<>(actual.entrySet())).isEqualTo(new ArrayList<>(expected.entrySet()));
        assertThat(actual.size()).isEqualTo(expected.size());
        assertThat(new ArrayList<>(actual.descendingKeySet())).isEqualTo(new ArrayList<>(expected.descendingKeySet()));
        same(actual.firstEntry(), expected.firstEntry());
        same(actual.lastEntry(), expected.lastEntry());
        same(actual.floorEntry(key), expected.floorEntry(key));
        same(actual.lowerEntry(key), expected.lowerEntry(key));
        same(actual.ceilingEntry(key), expected.ceilingEntry(key));
        same(actual.higherEntry(key), expected.higherEntry(key));
        assertThat(actual.navigableKeySet().floor(key)).isEqualTo(expected.navigableKeySet().floor(key));
        switch (change) {
            case 0 -> {
                actual.clear();
                expected.clear();
            }
            case 1 -> same(actual.pollFirstEntry(), expected.pollFirstEntry());
            case 2 -> same(actual.pollLastEntry(), expected.pollLastEntry());
            case 3 -> {
                actual.keySet().removeIf(each -> each % 3 == 0);
                expected.keySet().removeIf(each -> each % 3 == 0);
            }
            default -> assertThat(actual.remove(key)).isEqualTo(expected.remove(key));
        }
    }

    @Test
    void heights_followTheirProbability() {
        var list = new SkipList<Integer, Integer>();
        int draws = 2_000_000;
        int[] counts = new int[SkipList.MAX_HEIGHT + 1];
        for (int i = 0; i < draws; i++) {
            counts[list.randomHeight()]++;
        }
        double expected = draws * 31.0 / 32;
        for (int height = 1; height <= 3; height++) {
            assertThat((double) counts[height]).as("leaves of height %s", height)
                    .isBetween(expected * 0.95, expected * 1.05);
            expected /= 32;
        }
        // Leaves of 63 entries, as the keys ascend.
        int[] heights = SkipListShape.heights(filled(2_000_000));
        assertThat(heights[1]).as("of height 1 in a map").isBetween(30_500, 31_000);
        assertThat(heights[1] + heights[2] + heights[3] + heights[4]).as("leaves after the first").isEqualTo(31_746);
    }

    @Test
    void heights_areGoneWithTheirLeaves() {
        var list = filled(2_000_000);
        var random = new Random(5);
        while (list.size() > 20_000) {
            list.removeBetween(0, 1 + random.nextInt(100));
            int from = random.nextInt(list.size());
            list.removeBetween(from, Math.min(list.size(), from + 1_000));
        }
        SkipListShape.verify(list);
        int[] heights = SkipListShape.heights(list);
        assertThat(heights[2]).as("of height 2, of %s of height 1", heights[1]).isLessThan(heights[1] / 16);
    }

    @Test
    void comparatorThrows_spansStayAsTheyWere() {
        var list = new SkipList<Integer, Integer>((a, b) -> {
            if (Math.max(a, b) == 2_001) {
                throw new IllegalStateException("2001 has no place");
            }
            return Integer.compare(a, b);
        });
        for (int key = 0; key < 10_000; key += 2) {
            list.put(key, key);
        }
        assertThatThrownBy(() -> list.put(2_001, 0)).hasMessageContaining("2001");
        assertThatThrownBy(() -> list.remove(2_001)).hasMessageContaining("2001");
        SkipListShape.verify(list);
        assertThat(list.rank(9_998)).isEqualTo(4_999);
    }

    @Test
    void ofSorted_buildsTheSameMap_andRefusesDisorder() {
        var model = new TreeMap<Integer, Integer>();
        for (int size : new int[]{0, 1, 47, 48, 49, 10_000}) {
            for (int key = model.size(); key < size; key++) {
                model.put(key * 3, key);
            }
            SkipList<Integer, Integer> list = SkipList.ofSorted(model.entrySet(), null);
            SkipListShape.verify(list);
            assertThat(list.entrySet()).isEqualTo(model.entrySet());
            list.put(1, 1);
            SkipListShape.verify(list);
            assertThat(list.rank(3)).isEqualTo(size == 0 ? 1 : 2);
        }
        assertThatThrownBy(() -> SkipList.ofSorted(List.of(Map.entry(2, 0), Map.entry(2, 1)), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not greater");
    }

    @Test
    void iterator_removes_andNoticesForeignChanges() {
        var list = filled(10_000);
        for (var entries = list.entrySet().iterator(); entries.hasNext();) {
            if (entries.next().getKey() % 10 != 0) {
                entries.remove();
            }
        }
        SkipListShape.verify(list);
        assertThat(list.keySet()).hasSize(1_000).allMatch(key -> key % 10 == 0);
        var stale = list.entrySet().iterator();
        stale.next();
        list.put(-1, 0);
        assertThatThrownBy(stale::next).isInstanceOf(ConcurrentModificationException.class);
        assertThatThrownBy(() -> list.forEach((key, value) -> list.remove(key)))
                .isInstanceOf(ConcurrentModificationException.class);
    }

    @Test
    void entry_setValue_writesThrough() {
        var list = filled(100);
        list.entrySet().forEach(entry -> entry.setValue(entry.getKey() * 2));
        assertThat(list.get(40)).isEqualTo(80);
        assertThatThrownBy(() -> list.select(100)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
