package dev.millrace.bench.jcstress;

import dev.millrace.structures.ConcurrentLongSkipList;
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
    private final ConcurrentLongSkipList<Integer> list = new ConcurrentLongSkipList<>();

    /** Two nodes: one of 11 entries, so that the next removal makes it small, and one that begins with key 41. */
    public SkipListMerge() {
        for (int key = 1; key <= 41; key++) {
            list.put(key, key);
        }
        for (int key = 1; key < 30; key++) {
            list.remove(key);
        }
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
        Integer value = list.get(41);
        result.r1 = value == null ? -1 : value;
        var entry = list.ceilingEntry(41);
        result.r2 = entry == null ? -1 : entry.value();
    }

    /** Looks at the end. */
    @Arbiter
    public void end(IIII_Result result) {
        Integer put = list.get(45);
        result.r3 = put == null ? -1 : put;
        Integer removed = list.get(30);
        result.r4 = removed == null ? -1 : removed;
    }
}
