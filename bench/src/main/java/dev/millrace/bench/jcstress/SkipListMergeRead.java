package dev.millrace.bench.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A thread makes a node small, so that it takes over the next one, and puts into that; another one reads. */
@Outcome(id = "-1, 30, 41, 41", expect = Expect.ACCEPTABLE, desc = "Read before the removal")
@Outcome(id = "-1, -1, 41, 41", expect = Expect.ACCEPTABLE, desc = "Read between the removal and the put")
@Outcome(id = "45, -1, 41, 41", expect = Expect.ACCEPTABLE, desc = "Read after both")
@Outcome(expect = Expect.FORBIDDEN,
        desc = "The later put was seen before the removal, or a key of the node taken over was missed")
public class SkipListMergeRead {
    private final SortedKeys list;

    SkipListMergeRead(SortedKeys list) {
        this.list = list;
        list.fillToMerge();
    }

    /** Starts the merge. */
    void writer() {
        list.remove(30);
        list.put(45, 45);
    }

    /** Reads, what was put last first, and a key of the node that is taken over in two ways. */
    void reader(IIII_Result result) {
        result.r1 = list.get(45);
        result.r2 = list.get(30);
        result.r3 = list.get(41);
        result.r4 = list.ceiling(41);
    }

    /** With object keys. */
    @JCStressTest
    @State
    public static class Boxed extends SkipListMergeRead {
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
    public static class Primitive extends SkipListMergeRead {
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
