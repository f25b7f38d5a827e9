package dev.millrace.bench.jcstress;

import dev.millrace.structures.ConcurrentLongSkipList;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What a thread wrote before a put is visible to whoever reads the value, with primitive keys. */
@JCStressTest
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "Read before the put")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Read after the put")
@Outcome(id = "-1, 1", expect = Expect.ACCEPTABLE, desc = "First read before the put, second one after it")
@Outcome(expect = Expect.FORBIDDEN, desc = "A value without what was written before it, or gone again")
@State
public class LongSkipListPublication {
    private static final class Box {
        int content;
    }

    private final ConcurrentLongSkipList<Box> list = new ConcurrentLongSkipList<>();

    /** Writes a plain field, then puts. */
    @Actor
    public void writer() {
        Box box = new Box();
        box.content = 1;
        list.put(7, box);
    }

    /** Reads twice. */
    @Actor
    public void reader(II_Result result) {
        Box box = list.get(7);
        result.r1 = box == null ? -1 : box.content;
        var entry = list.floorEntry(9);
        result.r2 = entry == null ? -1 : entry.value().content;
    }
}
