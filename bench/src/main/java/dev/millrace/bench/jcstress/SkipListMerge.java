package dev.millrace.bench.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A node is frozen and taken over by the one before it: keys of the frozen one are there all the time, also new ones. */
@JCStressTest
@Outcome(id = "41, 41, 45, -1", expect = Expect.ACCEPTABLE,
        desc = "All found, the new key is there, the removed one gone")
@Outcome(expect = Expect.FORBIDDEN, desc = "A key was lost, or a removed one came back")
@State
public class SkipListMerge {
    private final SortedKeys list = new SortedKeys.Primitive();

    /** Two nodes. */
    public SkipListMerge() {
        list.fillToMerge();
    }

    /** Starts the merge. */
    @Actor
    public void remover() {
        list.remove(30);
    }

    /** Puts a key into the node that is frozen. */
    @Actor
    public void writer() {
        list.put(45, 45);
    }

    /** Looks for a key of the node that is frozen, in two ways. */
    @Actor
    public void reader(IIII_Result result) {
        result.r1 = list.get(41);
        result.r2 = list.ceiling(41);
    }

    /** Looks at the end. */
    @Arbiter
    public void end(IIII_Result result) {
        result.r3 = list.get(45);
        result.r4 = list.get(30);
    }
}
