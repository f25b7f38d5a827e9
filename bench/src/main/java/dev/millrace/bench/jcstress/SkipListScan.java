package dev.millrace.bench.jcstress;

import dev.millrace.structures.ConcurrentSkipList;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Scans while a node splits: each entry that stays is seen once, in order, in both directions. */
@JCStressTest
@Outcome(id = "40, 40", expect = Expect.ACCEPTABLE, desc = "All entries that stay were seen, each once")
@Outcome(expect = Expect.FORBIDDEN, desc = "An entry was missed, seen twice or out of order")
@State
public class SkipListScan {
    private final ConcurrentSkipList<Integer, Integer> list = new ConcurrentSkipList<>();

    /** A full node of even keys: the next insertion splits it. */
    public SkipListScan() {
        for (int key = 1; key <= 40; key++) {
            list.put(2 * key, key);
        }
    }

    /** Splits the node. */
    @Actor
    public void writer() {
        list.put(41, 0);
        list.remove(41);
    }

    /** Counts even keys upwards and downwards, and marks a wrong order by a count that cannot be. */
    @Actor
    public void scanner(II_Result result) {
        int[] seen = {0, Integer.MIN_VALUE};
        list.scan(null, (key, value) -> {
            seen[0] += key <= seen[1] ? 1_000 : 1 - key % 2;
            seen[1] = key;
            return true;
        });
        result.r1 = seen[0];
        int[] down = {0, Integer.MAX_VALUE};
        list.scanDescending(null, (key, value) -> {
            down[0] += key >= down[1] ? 1_000 : 1 - key % 2;
            down[1] = key;
            return true;
        });
        result.r2 = down[0];
    }
}
