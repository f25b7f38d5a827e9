package dev.millrace.structures;

import java.util.Map;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every call behaves as if it happened at one instant: Lincheck runs random short programs on several threads and looks
 * for results that no order of the calls explains. Nodes hold two entries, so that they split and merge all the time.
 */
@Param(name = "key", gen = IntGen.class, conf = "1:6")
@Param(name = "value", gen = IntGen.class, conf = "1:3")
public class ConcurrentSkipListLinearizabilityTest {
    /** Programs tried; {@code -Dmillrace.lincheck.iterations=1000} makes a long run. */
    private static final int ITERATIONS = Integer.getInteger("millrace.lincheck.iterations", 12);

    private final ConcurrentSkipList<Integer, Integer> list = new ConcurrentSkipList<>(2);

    @Operation
    public @Nullable Integer put(@Param(name = "key") int key, int value) {
        return list.put(key, value);
    }

    @Operation
    public @Nullable Integer putIfAbsent(@Param(name = "key") int key, int value) {
        return list.putIfAbsent(key, value);
    }

    @Operation
    public @Nullable Integer remove(@Param(name = "key") int key) {
        return list.remove(key);
    }

    @Operation
    public @Nullable Integer replace(@Param(name = "key") int key, int value) {
        return list.replace(key, value);
    }

    @Operation
    public @Nullable Integer get(@Param(name = "key") int key) {
        return list.get(key);
    }

    @Operation
    public @Nullable Integer floor(@Param(name = "key") int key) {
        return key(list.floorEntry(key));
    }

    @Operation
    public @Nullable Integer lower(@Param(name = "key") int key) {
        return key(list.lowerEntry(key));
    }

    @Operation
    public @Nullable Integer ceiling(@Param(name = "key") int key) {
        return key(list.ceilingEntry(key));
    }

    @Operation
    public @Nullable Integer higher(@Param(name = "key") int key) {
        return key(list.higherEntry(key));
    }

    @Operation
    public @Nullable Integer first() {
        return key(list.firstEntry());
    }

    @Operation
    public @Nullable Integer last() {
        return key(list.lastEntry());
    }

    @Operation
    public @Nullable Integer pollFirst() {
        return key(list.pollFirstEntry());
    }

    @Operation
    public @Nullable Integer pollLast() {
        return key(list.pollLastEntry());
    }

    @Operation
    public boolean removeIf(@Param(name = "key") int key, @Param(name = "value") int value) {
        return list.remove(key, value);
    }

    @Operation
    public boolean replaceIf(@Param(name = "key") int key, @Param(name = "value") int expected,
            @Param(name = "value") int value) {
        return list.replace(key, expected, value);
    }

    @Operation
    public boolean isEmpty() {
        return list.isEmpty();
    }

    /** What a scan sees is not linearizable, but always in strict order. */
    @Operation
    public boolean scanAscends(@Param(name = "key") int from) {
        int[] last = {from - 1};
        boolean[] ascends = {true};
        list.scan(from, (key, value) -> {
            ascends[0] &= key > last[0];
            last[0] = key;
            return true;
        });
        return ascends[0];
    }

    @Operation
    public boolean scanDescends(@Param(name = "key") int from) {
        int[] last = {from + 1};
        boolean[] descends = {true};
        list.scanDescending(from, (key, value) -> {
            descends[0] &= key < last[0];
            last[0] = key;
            return true;
        });
        return descends[0];
    }

    private static @Nullable Integer key(Map.@Nullable Entry<Integer, Integer> entry) {
        return entry == null ? null : entry.getKey();
    }

    @Test
    void randomPrograms_underEveryInterleavingTried_areLinearizable() {
        new ModelCheckingOptions().iterations(ITERATIONS)
                .invocationsPerIteration(800)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(5)
                .actorsAfter(2)
                .check(ConcurrentSkipListLinearizabilityTest.class);
    }

    @Test
    void randomPrograms_onRealThreads_areLinearizable() {
        new StressOptions().iterations(ITERATIONS)
                .invocationsPerIteration(1_500)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(5)
                .actorsAfter(2)
                .check(ConcurrentSkipListLinearizabilityTest.class);
    }

    @Test
    void oneCallEach_onEightThreads_areLinearizable() {
        new StressOptions().iterations(ITERATIONS)
                .invocationsPerIteration(400)
                .threads(8)
                .actorsPerThread(1)
                .actorsBefore(5)
                .actorsAfter(2)
                .check(ConcurrentSkipListLinearizabilityTest.class);
    }
}
