package dev.millrace.bench.jcstress;

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
    private final SortedKeys list = new SortedKeys.Primitive();

    /** A full node: the next insertion splits it. */
    public SkipListSplit() {
        list.fillToSplit();
    }

    /** Splits the node, if it comes first. */
    @Actor
    public void first(IIII_Result result) {
        result.r3 = list.putIfAbsent(41, 1);
    }

    /** Splits the node otherwise. */
    @Actor
    public void second(IIII_Result result) {
        result.r4 = list.putIfAbsent(41, 2);
    }

    /** Looks for keys of both halves. */
    @Actor
    public void reader(IIII_Result result) {
        result.r1 = list.get(2);
        result.r2 = list.get(78);
    }
}
