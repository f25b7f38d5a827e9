package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows by sequence, against a map. */
final class SeqTableTest {
    private static final int WIDTH = 6;
    private static final int ROWS = SeqTable.PAGE_ROWS;

    /**
     * Keys come in order; mostly the oldest go, but one in {@code stays} stays behind for long; now and then one that has
     * gone comes back. So pages fill, thin out, dissolve and come again.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void rows_randomlyAddedChangedAndRemoved_areThoseOfAMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SeqTable table = new SeqTable(WIDTH);
        TreeMap<Long, long[]> expected = new TreeMap<>();
        List<SeqTable.Frozen> views = new ArrayList<>();
        List<Map<Long, long[]>> contents = new ArrayList<>();
        long next = 1 + random.nextLong(1L << 40);
        int stays = 2 + random.nextInt(600);
        for (int step = 0; step < 60_000; step++) {
            int most = step / 6_000 % 2 == 0 ? 6_000 : 20;
            if (expected.size() < most && random.nextInt(10) < 6) {
                next += random.nextInt(50) == 0 ? random.nextInt(100_000) : 1;
                put(table, expected, next, random);
            } else if (!expected.isEmpty()) {
                long from = next - random.nextLong(step % 3 == 0 ? 1_000_000 : 8_000);
                Long key = expected.ceilingKey(from);
                if (key != null && key % stays != 0) {
                    assertThat(table.remove(key)).isTrue();
                    expected.remove(key);
                    assertThat(table.remove(key)).isFalse();
                    if (random.nextInt(20) == 0) {
                        put(table, expected, key, random);
                    }
                }
            }
            change(table, expected, next - random.nextInt(10_000), random);
            assertThat(table.size()).isEqualTo(expected.size());
            if (step % 9_000 == 5_000) {
                views.add(table.freeze());
                contents.add(copy(expected));
            }
        }
        views.add(table.freeze());
        contents.add(copy(expected));
        for (int i = 0; i < views.size(); i++) {
            holds(views.get(i), contents.get(i), random);
        }
    }

    @Test
    void rowsInAnyOrder_settled_takeNoMoreThanRowsInOrder() {
        SeqTable ordered = new SeqTable(WIDTH);
        SeqTable mixed = new SeqTable(WIDTH);
        int count = 400 * ROWS;
        for (int key = 1; key <= count; key++) {
            fill(ordered, key);
        }
        SplittableRandom random = new SplittableRandom(7);
        long[] keys = keys(ordered.freeze());
        for (int left = count; left > 0; left--) {
            int at = random.nextInt(left);
            fill(mixed, keys[at]);
            keys[at] = keys[left - 1];
        }
        long before = mixed.memoryBytes();
        mixed.settle();
        assertThat(mixed.size()).isEqualTo(count);
        assertThat(mixed.memoryBytes()).isLessThan(before).isLessThan(ordered.memoryBytes() * 11 / 10);
        assertThat(mixed.freeze().digest(WIDTH)).isEqualTo(ordered.freeze().digest(WIDTH));
        // Three words that say something, of eight bytes each.
        assertThat(ordered.memoryBytes() / count).isBetween(24L, 27L);
    }

    @Test
    void oneInAPage_left_takesLittleMoreThanARowWithItsKey() {
        SeqTable table = new SeqTable(WIDTH);
        LongTable rows = new LongTable(WIDTH, 0);
        for (long key = 1; key <= 1_000L * ROWS; key++) {
            fill(table, key);
            if (key % ROWS == 9) {
                rows.put(key);
            }
            remove(table, key - ROWS / 2);
        }
        for (long key = 1_000L * ROWS - ROWS; key <= 1_000L * ROWS; key++) {
            remove(table, key);
        }
        assertThat(table.size()).isEqualTo(1_000);
        assertThat(table.memoryBytes()).isLessThan(rows.memoryBytes() * 3 / 2);
        assertThat(table.get(9, 1)).isEqualTo(90);
        assertThat(table.get(9, 0)).isEqualTo(9);
    }

    @Test
    void emptyTable_hasNoRows() {
        SeqTable table = new SeqTable(WIDTH);
        assertThat(table.contains(5)).isFalse();
        assertThat(table.get(5, 1)).isZero();
        assertThat(table.remove(5)).isFalse();
        assertThat(table.freeze()
                .visit(10, (words, at) -> {
                    throw new AssertionError("a row of an empty table");
                })).isZero();
        assertThatThrownBy(() -> table.set(5, 1, 1)).hasMessageContaining("no row");
    }

    /** All but one of each page. */
    private static void remove(SeqTable table, long key) {
        if (key % ROWS != 9) {
            table.remove(key);
        }
    }

    private static void fill(SeqTable table, long key) {
        table.put(key);
        table.set(key, 1, key * 10);
        table.set(key, 4, key * 100);
        table.set(key, 5, -key);
    }

    private static void put(SeqTable table, Map<Long, long[]> expected, long key, SplittableRandom random) {
        table.put(key);
        long[] row = expected.computeIfAbsent(key, k -> {
            long[] words = new long[WIDTH];
            words[0] = k;
            return words;
        });
        for (int word = 1; word < WIDTH; word++) {
            if (random.nextInt(word + 1) == 0) {
                row[word] = random.nextLong(5);
                table.set(key, word, row[word]);
            }
        }
    }

    private static void change(SeqTable table, NavigableMap<Long, long[]> expected, long from,
            SplittableRandom random) {
        Map.Entry<Long, long[]> entry = expected.ceilingEntry(from);
        assertThat(table.contains(from)).isEqualTo(expected.containsKey(from));
        if (entry == null) {
            return;
        }
        for (int word = 0; word < WIDTH; word++) {
            assertThat(table.get(entry.getKey(), word)).isEqualTo(entry.getValue()[word]);
        }
        int word = 1 + random.nextInt(WIDTH - 1);
        entry.getValue()[word] = random.nextLong(3);
        table.set(entry.getKey(), word, entry.getValue()[word]);
    }

    private static Map<Long, long[]> copy(Map<Long, long[]> rows) {
        TreeMap<Long, long[]> copy = new TreeMap<>();
        rows.forEach((key, row) -> copy.put(key, row.clone()));
        return copy;
    }

    private static long[] keys(SeqTable.Frozen view) {
        long[] keys = new long[(int) view.size()];
        int[] count = {0};
        while (view.visit(100, (words, at) -> keys[count[0]++] = words[at]) > 0) {
            // the next pages
        }
        return keys;
    }

    private static void holds(SeqTable.Frozen view, Map<Long, long[]> expected, SplittableRandom random) {
        Map<Long, long[]> seen = new TreeMap<>();
        int seenBefore = 0;
        while (view.visit(1 + random.nextInt(400), (words, at) -> seen.put(words[at],
                Arrays.copyOfRange(words, at, at + WIDTH))) > 0) {
            assertThat(seen.size()).isGreaterThan(seenBefore);
            seenBefore = seen.size();
            assertThat(view.left()).isEqualTo(expected.size() - seen.size());
        }
        assertThat(seen.keySet()).isEqualTo(expected.keySet());
        seen.forEach((key, row) -> assertThat(row).isEqualTo(expected.get(key)));
        assertThat(view.copy().left()).isZero();
        assertThat(view.anew().left()).isEqualTo(expected.size());
    }
}
