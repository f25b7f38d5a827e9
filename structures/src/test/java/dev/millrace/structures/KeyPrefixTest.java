package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyPrefixTest {
    /** Few different characters, those at the borders of a byte and of the signs among them. */
    private static final String CHARACTERS = "\0\1az\u007f\u0080\u00fe\u00ff\u0100\uffff";

    private static String text(Random random) {
        int length = random.nextInt(12);
        var text = new StringBuilder(random.nextInt(4) == 0 ? "a common prefix " : "");
        for (int i = 0; i < length; i++) {
            text.append(CHARACTERS.charAt(random.nextInt(random.nextBoolean() ? 3 : CHARACTERS.length())));
        }
        return text.toString();
    }

    private static long number(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Long.MIN_VALUE + random.nextInt(100);
            case 1 -> Long.MAX_VALUE - random.nextInt(100);
            case 2 -> random.nextInt(2_000) - 1_000;
            default -> random.nextLong() << random.nextInt(64);
        };
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.structures.Seeds#seeds")
    void prefixes_neverContradictTheOrder(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            String a = text(random);
            String b = text(random);
            agree(a.compareTo(b), KeyPrefix.of(a), KeyPrefix.of(b));
            Long x = number(random);
            Long y = number(random);
            agree(x.compareTo(y), KeyPrefix.of(x), KeyPrefix.of(y));
            Integer m = x.intValue();
            Integer n = y.intValue();
            agree(m.compareTo(n), KeyPrefix.of(m), KeyPrefix.of(n));
        }
    }

    private static void agree(int order, long a, long b) {
        assertThat(order * Long.compare(a, b)).isNotNegative();
        if (order == 0) {
            assertThat(a).isEqualTo(b);
        }
    }

    @Test
    void stringsThatDifferEarly_haveDifferentPrefixes() {
        List<String> ascending = List.of("", "\1", "a", "aa", "ab", "abcdefgh", "abcdefgi", "b", "\u00fe", "\u00ff");
        for (int i = 1; i < ascending.size(); i++) {
            assertThat(KeyPrefix.of(ascending.get(i))).isGreaterThan(KeyPrefix.of(ascending.get(i - 1)));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.structures.Seeds#seeds")
    void listsOfEachKindOfKey_behaveLikeATreeMap(long seed) {
        var random = new Random(seed);
        compare(random, () -> text(random));
        compare(random, () -> number(random));
        compare(random, () -> (int) number(random));
        compare(random, () -> BigInteger.valueOf(number(random)));
    }

    private static <K extends Comparable<? super K>> void compare(Random random, Supplier<K> keys) {
        var model = new TreeMap<K, Integer>();
        var plain = new SkipList<K, Integer>();
        var concurrent = new ConcurrentSkipList<K, Integer>(random.nextBoolean() ? 4 : UnrolledList.LEAF_MAX);
        List<K> known = new ArrayList<>();
        for (int step = 0; step < 12_000; step++) {
            boolean growing = step / 2_000 % 2 == 0;
            K key = known.isEmpty() || random.nextInt(3) == 0 ? keys.get() : known.get(random.nextInt(known.size()));
            known.add(key);
            if (random.nextInt(4) > (growing ? 0 : 2)) {
                Integer before = model.put(key, step);
                assertThat(plain.put(key, step)).isEqualTo(before);
                assertThat(concurrent.put(key, step)).isEqualTo(before);
            } else {
                Integer before = model.remove(key);
                assertThat(plain.remove(key)).isEqualTo(before);
                assertThat(concurrent.remove(key)).isEqualTo(before);
            }
            K other = known.get(random.nextInt(known.size()));
            assertThat(plain.get(other)).isEqualTo(model.get(other));
            assertThat(concurrent.get(other)).isEqualTo(model.get(other));
            K asked = keys.get();
            same(model.floorEntry(asked), plain.floorEntry(asked), concurrent.floorEntry(asked));
            same(model.higherEntry(asked), plain.higherEntry(asked), concurrent.higherEntry(asked));
            same(model.lowerEntry(other), plain.lowerEntry(other), concurrent.lowerEntry(other));
            same(model.ceilingEntry(other), plain.ceilingEntry(other), concurrent.ceilingEntry(other));
            if (step % 1_000 == 0) {
                SkipListShape.verify(plain);
                assertThat(plain.rank(asked)).isEqualTo(model.headMap(asked, false).size());
                assertThat(new ArrayList<>(plain.entrySet())).isEqualTo(new ArrayList<>(model.entrySet()));
                assertThat(new ArrayList<>(concurrent.entrySet())).isEqualTo(new ArrayList<>(model.entrySet()));
                List<K> seen = new ArrayList<>();
                concurrent.scanDescending(asked, (each, value) -> seen.add(each));
                assertThat(seen).isEqualTo(new ArrayList<>(model.headMap(asked, true).descendingKeySet()));
            }
        }
        assertThat(new ArrayList<>(SkipList.ofSorted(model.entrySet(), null).entrySet()))
                .isEqualTo(new ArrayList<>(model.entrySet()));
    }

    private static void same(Map.@Nullable Entry<?, ?> expected, Map.@Nullable Entry<?, ?> plain,
            Map.@Nullable Entry<?, ?> concurrent) {
        assertThat(plain).isEqualTo(expected);
        assertThat(concurrent).isEqualTo(expected);
    }

    @Test
    void keysOfAnotherClass_areRefused() {
        var concurrent = new ConcurrentSkipList<Object, Integer>();
        var plain = new SkipList<Object, Integer>();
        assertThat(concurrent.get("nothing is there")).isNull();
        concurrent.put(1L, 1);
        plain.put(1L, 1);
        assertThatThrownBy(() -> concurrent.put(1, 1)).isInstanceOf(ClassCastException.class)
                .hasMessageContaining("java.lang.Integer")
                .hasMessageContaining("comparator");
        assertThatThrownBy(() -> concurrent.get("1")).isInstanceOf(ClassCastException.class);
        assertThatThrownBy(() -> plain.put(1, 1)).isInstanceOf(ClassCastException.class);
        assertThatThrownBy(() -> plain.floorEntry("1")).isInstanceOf(ClassCastException.class);
        plain.clear();
        plain.put("1", 1);
        assertThat(plain.get("1")).isEqualTo(1);
        concurrent.clear();
        assertThatThrownBy(() -> concurrent.put("1", 1)).isInstanceOf(ClassCastException.class);
    }
}
