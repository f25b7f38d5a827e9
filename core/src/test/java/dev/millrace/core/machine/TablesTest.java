package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The tables of the machine's state, one by one. */
final class TablesTest {
    private static final int PAGE_CHUNKS = PagedLongs.PAGE_LONGS / 4;

    @Test
    void longQueue_randomAddsAndRemoves_behavesAsADeque() {
        SplittableRandom random = new SplittableRandom(1);
        LongQueue queue = new LongQueue();
        ArrayDeque<Long> expected = new ArrayDeque<>();
        List<LongQueue.Frozen> views = new ArrayList<>();
        List<List<Long>> contents = new ArrayList<>();
        for (int step = 0; step < 40_000; step++) {
            boolean growing = step / 4_000 % 2 == 0;
            if (expected.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
                long value = random.nextLong();
                queue.add(value);
                expected.add(value);
            } else {
                assertThat(queue.peek()).isEqualTo(expected.peek());
                assertThat(queue.remove()).isEqualTo(expected.remove());
            }
            assertThat(queue.size()).isEqualTo(expected.size());
            if (step % 4_999 == 0) {
                views.add(queue.freeze());
                contents.add(List.copyOf(expected));
            }
        }
        for (int i = 0; i < views.size(); i++) {
            LongQueue.Frozen view = views.get(i);
            List<Long> seen = new ArrayList<>();
            for (long at = 0; at < view.size(); at++) {
                seen.add(view.get(at));
            }
            assertThat(seen).isEqualTo(contents.get(i));
        }
    }

    @Test
    void longQueue_clearedInTheMiddleOfAPage_startsEmpty() {
        LongQueue queue = new LongQueue();
        for (int i = 0; i < 700; i++) {
            queue.add(i);
        }
        queue.clear();
        assertThat(queue.isEmpty()).isTrue();
        assertThatThrownBy(queue::remove).hasMessageContaining("empty");
        queue.add(7);
        assertThat(queue.remove()).isEqualTo(7);
    }

    @Test
    void pagedLongs_frozenView_neverChanges() {
        SplittableRandom random = new SplittableRandom(2);
        PagedLongs array = new PagedLongs();
        Map<Long, Long> expected = new HashMap<>();
        List<PagedLongs.Frozen> views = new ArrayList<>();
        List<Map<Long, Long>> contents = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            long index = random.nextLong(step < 50 ? 20 : 3L * PagedLongs.PAGE_LONGS);
            array.set(index, step);
            expected.put(index, (long) step);
            assertThat(array.get(index)).isEqualTo(step);
            if (step % 2_500 == 30) {
                views.add(array.freeze());
                contents.add(Map.copyOf(expected));
            }
        }
        array.drop(1);
        assertThat(array.holds(1)).isFalse();
        assertThatThrownBy(() -> array.get(PagedLongs.PAGE_LONGS)).hasMessageContaining("dropped");
        for (int i = 0; i < views.size(); i++) {
            PagedLongs.Frozen view = views.get(i);
            contents.get(i).forEach((index, value) -> assertThat(view.get(index)).isEqualTo(value));
        }
    }

    @Test
    void chunkTable_find_findsTheChunkOfEverySequence() {
        SplittableRandom random = new SplittableRandom(3);
        ChunkTable chunks = new ChunkTable();
        List<Long> firsts = new ArrayList<>();
        long seq = 0;
        for (int ordinal = 0; ordinal < 3 * PAGE_CHUNKS + 17; ordinal++) {
            int count = 1 + random.nextInt(5);
            assertThat(chunks.add(seq, count, ordinal * 64L, 3, 0)).isEqualTo(ordinal);
            firsts.add(seq);
            seq += count;
        }
        for (int ordinal = 0; ordinal < firsts.size(); ordinal++) {
            assertThat(chunks.find(firsts.get(ordinal))).isEqualTo(ordinal);
            assertThat(chunks.find(firsts.get(ordinal) + chunks.count(ordinal) - 1)).isEqualTo(ordinal);
        }
    }

    @Test
    void chunkTable_releasedPage_isDroppedAndSkippedAndLeavesItsNeighbours() {
        ChunkTable chunks = new ChunkTable();
        for (int ordinal = 0; ordinal < 3 * PAGE_CHUNKS; ordinal++) {
            chunks.add(2L * ordinal, 2, 64L * ordinal, 1, ordinal);
        }
        long before = chunks.memoryBytes();
        for (int ordinal = PAGE_CHUNKS; ordinal < 2 * PAGE_CHUNKS; ordinal++) {
            chunks.release(ordinal);
            assertThat(chunks.isLive(ordinal)).isFalse();
        }
        assertThat(chunks.memoryBytes()).isLessThan(before - 8L * PagedLongs.PAGE_LONGS + 1);
        assertThat(chunks.skipDropped(PAGE_CHUNKS)).isEqualTo(2 * PAGE_CHUNKS);
        assertThat(chunks.find(2L * PAGE_CHUNKS - 1)).isEqualTo(PAGE_CHUNKS - 1);
        assertThat(chunks.find(4L * PAGE_CHUNKS)).isEqualTo(2 * PAGE_CHUNKS);
        assertThat(chunks.addPending(0, 3)).isEqualTo(3);
        assertThatThrownBy(() -> chunks.addPending(0, -4)).hasMessageContaining("pending");
    }

    @Test
    void chunkTable_restoredWithHoles_findsWhatIsLive() {
        ChunkTable chunks = new ChunkTable();
        chunks.restore(5, 10L << 16 | 3, 640, 2L << 32 | 1, 99);
        chunks.restore(3 * PAGE_CHUNKS + 1, 50_000L << 16 | 7, 1_280, 4L << 32, 0);
        chunks.skipTo(3 * PAGE_CHUNKS + 9, 60_000, 0);
        assertThat(chunks.size()).isEqualTo(3 * PAGE_CHUNKS + 9);
        assertThat(chunks.find(11)).isEqualTo(5);
        assertThat(chunks.find(50_006)).isEqualTo(3 * PAGE_CHUNKS + 1);
        assertThat(chunks.pending(5)).isEqualTo(1);
        assertThat(chunks.units(5)).isEqualTo(2);
        assertThat(chunks.add(60_000, 4, 64, 1, 0)).isEqualTo(3 * PAGE_CHUNKS + 9);
        assertThat(chunks.find(60_003)).isEqualTo(3 * PAGE_CHUNKS + 9);
        chunks.release(5);
        assertThat(chunks.isLive(5)).isFalse();
    }

    @Test
    void leaseTable_randomUse_tokensResolveToTheirLeaseAlone() {
        SplittableRandom random = new SplittableRandom(4);
        LeaseTable leases = new LeaseTable();
        Map<Long, Long> live = new HashMap<>();
        List<Long> stale = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            if (live.isEmpty() || random.nextInt(100) < 52) {
                long seqAndAttempts = (long) step << 16 | 3;
                int consumer = 1 + random.nextInt(40);
                int slot = leases.allocate(seqAndAttempts, LeaseTable.place(9, step), 0x1_0007, consumer, 1_000 + step);
                assertThat(leases.seq(slot)).isEqualTo(step);
                assertThat(leases.attempts(slot)).isEqualTo(3);
                assertThat(leases.consumer(slot)).isEqualTo(consumer);
                assertThat(LeaseTable.ordinalOf(leases.place(slot))).isEqualTo(step);
                assertThat(LeaseTable.groupOf(leases.place(slot))).isEqualTo(9);
                assertThat(leases.isOf(slot, 7)).isTrue();
                assertThat(leases.isOf(slot, 8)).isFalse();
                leases.deadline(slot, 2_000 + step);
                assertThat(leases.deadline(slot)).isEqualTo(2_000 + step);
                assertThat(leases.isOf(slot, 7)).isTrue();
                assertThat(live.put(leases.token(slot), (long) step)).isNull();
            } else {
                long token = live.keySet().stream().skip(random.nextInt(live.size())).findFirst().orElseThrow();
                leases.free(leases.resolve(token));
                live.remove(token);
                stale.add(token);
            }
            assertThat(leases.live()).isEqualTo(live.size());
        }
        live.forEach((token, seq) -> assertThat(leases.seq(leases.resolve(token))).isEqualTo(seq));
        stale.forEach(token -> assertThat(leases.resolve(token)).isEqualTo(-1));
        assertThat(leases.resolve(-1L)).isEqualTo(-1);
        assertThat(leases.resolve(Long.MAX_VALUE)).isEqualTo(-1);
    }

    @Test
    void leaseTable_listsOfConsumers_holdExactlyTheirLeases() {
        SplittableRandom random = new SplittableRandom(5);
        LeaseTable leases = new LeaseTable();
        List<List<Integer>> expected = new ArrayList<>();
        for (int consumer = 0; consumer < 30; consumer++) {
            expected.add(new ArrayList<>());
        }
        for (int step = 0; step < 5_000; step++) {
            int consumer = random.nextInt(30);
            List<Integer> slots = expected.get(consumer);
            if (slots.isEmpty() || random.nextInt(100) < 55) {
                slots.add(leases.allocate(step, 0, 0, consumer, 0));
            } else {
                int index = random.nextInt(slots.size());
                leases.free(slots.get(index));
                slots.remove(/* index */ index);
            }
        }
        LeaseTable restored = restored(leases.freeze());
        for (int consumer = 0; consumer < 30; consumer++) {
            assertThat(list(leases, consumer)).containsExactlyInAnyOrderElementsOf(expected.get(consumer));
            assertThat(list(restored, consumer)).isEqualTo(list(leases, consumer));
        }
        assertThat(restored.live()).isEqualTo(leases.live());
        assertThat(restored.allocate(1, 2, 0, 3, 4)).isEqualTo(leases.allocate(1, 2, 0, 3, 4));
    }

    private static LeaseTable restored(LeaseTable.Frozen frozen) {
        LeaseTable leases = new LeaseTable();
        for (int slot = 0; slot < frozen.used(); slot++) {
            long[] words = new long[LeaseTable.WORDS - 1];
            for (int word = 0; word < words.length; word++) {
                words[word] = frozen.word(slot, word);
            }
            leases.restore(slot, words);
        }
        leases.restoreFreeHead(frozen.freeHead());
        return leases;
    }

    private static List<Integer> list(LeaseTable leases, int consumer) {
        List<Integer> slots = new ArrayList<>();
        for (int slot = leases.firstOf(consumer); slot >= 0; slot = leases.nextOf(slot)) {
            slots.add(slot);
        }
        return slots;
    }

    @Test
    void nameTable_keepsTheLastThingThatHappened() {
        SplittableRandom random = new SplittableRandom(6);
        NameTable table = new NameTable();
        assertThat(table.contains(1, 2)).isFalse();
        Map<List<Long>, Long> expected = new HashMap<>();
        for (int step = 0; step < 30_000; step++) {
            long id = random.nextLong(2_000);
            long payload = random.nextLong(8) << 40;
            long due = random.nextBoolean() ? NameTable.GONE : random.nextLong(1_000_000);
            table.put(id, payload, due);
            expected.put(List.of(id, payload), due);
        }
        Map<List<Long>, Long> present = new HashMap<>();
        table.forEachPresent((due, id, payload) -> present.put(List.of(id, payload), due));
        expected.keySet().forEach(name -> assertThat(table.contains(name.get(0), name.get(1))).isTrue());
        assertThat(table.contains(-5, 0)).isFalse();
        expected.values().removeIf(due -> due == NameTable.GONE);
        assertThat(present).isEqualTo(expected);
        table.clear();
        assertThat(table.contains(1, 0)).isFalse();
    }

    @Test
    void noteTable_randomChanges_behavesAsAMap() {
        SplittableRandom random = new SplittableRandom(5);
        NoteTable table = new NoteTable();
        Map<Long, Long> expected = new HashMap<>();
        List<NoteTable.Frozen> views = new ArrayList<>();
        List<Map<Long, Long>> contents = new ArrayList<>();
        for (int step = 0; step < 60_000; step++) {
            boolean growing = step / 15_000 % 2 == 0;
            long seq = random.nextLong(step % 2 == 0 ? 300 : 6_000);
            int attempt = 1 + random.nextInt(8);
            long known = table.fullKey(seq, attempt);
            assertThat(expected.getOrDefault(known, 0L)).isEqualTo(known == 0 ? 0 : table.get(known));
            if (random.nextInt(10) < (growing ? 7 : 1)) {
                long key = NoteTable.key(seq, attempt, 1 + random.nextInt(7));
                long location = step + 1L;
                long replaced = table.put(key, location);
                assertThat(replaced).isEqualTo(known == 0 ? 0L : expected.getOrDefault(known, -1L).longValue());
                expected.remove(known);
                expected.put(key, location);
            } else if (known != 0) {
                assertThat(table.remove(known)).isEqualTo(expected.remove(known));
                assertThat(table.fullKey(seq, attempt)).isZero();
            }
            assertThat(table.size()).isEqualTo(expected.size());
            if (step % 7_000 == 100) {
                views.add(table.freeze());
                contents.add(Map.copyOf(expected));
            }
        }
        views.add(table.freeze());
        contents.add(expected);
        for (int i = 0; i < views.size(); i++) {
            assertThat(content(views.get(i))).isEqualTo(contents.get(i));
        }
        NoteTable same = new NoteTable();
        expected.forEach(same::put);
        assertThat(same.freeze().digest()).isEqualTo(table.freeze().digest());
    }

    @Test
    void noteTable_ofAMillion_isSmall() {
        NoteTable table = new NoteTable();
        for (int seq = 1; seq <= 1_000_000; seq++) {
            table.put(NoteTable.key(seq, 1, 1), seq);
        }
        assertThat(table.memoryBytes()).isLessThan(25_000_000);
    }

    private static Map<Long, Long> content(NoteTable.Frozen view) {
        Map<Long, Long> content = new HashMap<>();
        while (view.visit(10, (key, location) -> assertThat(content.put(key, location)).isNull()) > 0) {
            // the next pages
        }
        return content;
    }
}
