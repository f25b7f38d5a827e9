package dev.millrace.bench.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A thread splits a node and puts into one half; another one reads what is put, and keys of both halves. */
@Outcome(id = "-1, -1, 2, 78", expect = Expect.ACCEPTABLE, desc = "Read before the split")
@Outcome(id = "-1, 41, 2, 78", expect = Expect.ACCEPTABLE, desc = "Read between the split and the next put")
@Outcome(id = "43, 41, 2, 78", expect = Expect.ACCEPTABLE, desc = "Read after both")
@Outcome(expect = Expect.FORBIDDEN, desc = "The later put was seen without the earlier one, or a key was missed")
public class SkipListSplitRead {
    private final SortedKeys list;

    SkipListSplitRead(SortedKeys list) {
        this.list = list;
        list.fillToSplit();
    }

    /** Splits the node. */
    void writer() {
        list.put(41, 41);
        list.put(43, 43);
    }

    /** Reads, what was put last first. */
    void reader(IIII_Result result) {
        result.r1 = list.get(43);
        result.r2 = list.get(41);
        result.r3 = list.get(2);
        result.r4 = list.floor(79);
    }

    /** With object keys. */
    @JCStressTest
    @State
    public static class Boxed extends SkipListSplitRead {
        /** Fills the list. */
        public Boxed() {
            super(new SortedKeys.Boxed());
        }

        @Override
        @Actor
        public void writer() {
            super.writer();
        }

        @Override
        @Actor
        public void reader(IIII_Result result) {
            super.reader(result);
        }
    }

    /** With primitive keys. */
    @JCStressTest
    @State
    public static class Primitive extends SkipListSplitRead {
        /** Fills the list. */
        public Primitive() {
            super(new SortedKeys.Primitive());
        }

        @Override
        @Actor
        public void writer() {
            super.writer();
        }

        @Override
        @Actor
        public void reader(IIII_Result result) {
            super.reader(result);
        }
    }
}
