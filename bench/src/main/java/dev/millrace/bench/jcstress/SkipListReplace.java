package dev.millrace.bench.jcstress;

import dev.millrace.structures.ConcurrentSkipList;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two conditional replaces of one value: exactly one wins, and its value stays. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "The first one won")
@Outcome(id = "0, 1, 2", expect = Expect.ACCEPTABLE, desc = "The second one won")
@Outcome(expect = Expect.FORBIDDEN, desc = "Both or none won, or the other one's value stayed")
@State
public class SkipListReplace {
    private final ConcurrentSkipList<Integer, Integer> list = new ConcurrentSkipList<>();

    /** One entry. */
    public SkipListReplace() {
        list.put(7, 0);
    }

    /** Replaces. */
    @Actor
    public void first(III_Result result) {
        result.r1 = list.replace(7, 0, 1) ? 1 : 0;
    }

    /** Replaces, too. */
    @Actor
    public void second(III_Result result) {
        result.r2 = list.replace(7, 0, 2) ? 1 : 0;
    }

    /** Looks at the end. */
    @Arbiter
    public void end(III_Result result) {
        Integer value = list.get(7);
        result.r3 = value == null ? -1 : value;
    }
}
