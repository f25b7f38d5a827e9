package dev.millrace.bench.jcstress;

import dev.millrace.structures.ConcurrentLongSkipList;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** Keys on both sides of a split are there before, during and after it, whatever else is put and removed. */
@JCStressTest
@Outcome(id = "2, 78, 1, 0", expect = Expect.ACCEPTABLE, desc = "Both found, the first put won")
@Outcome(id = "2, 78, 0, 1", expect = Expect.ACCEPTABLE, desc = "Both found, the second put won")
@Outcome(expect = Expect.FORBIDDEN, desc = "A key was not found, or not exactly one put won")
@State
public class SkipListSplit {
    private final ConcurrentLongSkipList<Integer> list = new ConcurrentLongSkipList<>();

    /** A full node: the next insertion splits it. */
    public SkipListSplit() {
        for (int key = 1; key <= 40; key++) {
            list.put(2L * key, 2 * key);
        }
    }

    /** Splits the node, if it comes first. */
    @Actor
    public void first(IIII_Result result) {
        result.r3 = list.putIfAbsent(41, 1) == null ? 1 : 0;
    }

    /** Splits the node otherwise. */
    @Actor
    public void second(IIII_Result result) {
        result.r4 = list.putIfAbsent(41, 2) == null ? 1 : 0;
    }

    /** Looks for keys of both halves. */
    @Actor
    public void reader(IIII_Result result) {
        Integer low = list.get(2);
        Integer high = list.get(78);
        result.r1 = low == null ? -1 : low;
        result.r2 = high == null ? -1 : high;
    }
}
