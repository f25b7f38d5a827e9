package dev.millrace.bench.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Scans in both directions while a node splits. */
@Outcome(id = "40, 40, 42", expect = Expect.ACCEPTABLE, desc = "Both before the split")
@Outcome(id = "40, 41, 42", expect = Expect.ACCEPTABLE, desc = "The first before the split, the second after it")
@Outcome(id = "40, 42, 42", expect = Expect.ACCEPTABLE, desc = "The first before the split, the second after both puts")
@Outcome(id = "41, 41, 42", expect = Expect.ACCEPTABLE, desc = "Both between the puts")
@Outcome(id = "41, 42, 42", expect = Expect.ACCEPTABLE, desc = "The first between the puts, the second after them")
@Outcome(id = "42, 42, 42", expect = Expect.ACCEPTABLE, desc = "Both after the puts")
@Outcome(expect = Expect.FORBIDDEN, desc = "An entry was missed, seen twice, out of order or gone again")
public class SkipListSplitScan {
    private final SortedKeys list;

    SkipListSplitScan(SortedKeys list) {
        this.list = list;
        list.fillToSplit();
    }

    /** Splits the node, and puts into its upper half. */
    void writer() {
        list.put(41, 41);
        list.put(79, 79);
    }

    /** Counts upwards, then downwards. */
    void scanner(III_Result result) {
        result.r1 = list.count(true);
        result.r2 = list.count(false);
    }

    /** Looks at the end. */
    void end(III_Result result) {
        result.r3 = list.count(true);
    }

    /** With object keys. */
    @JCStressTest
    @State
    public static class Boxed extends SkipListSplitScan {
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
        public void scanner(III_Result result) {
            super.scanner(result);
        }

        @Override
        @Arbiter
        public void end(III_Result result) {
            super.end(result);
        }
    }

    /** With primitive keys. */
    @JCStressTest
    @State
    public static class Primitive extends SkipListSplitScan {
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
        public void scanner(III_Result result) {
            super.scanner(result);
        }

        @Override
        @Arbiter
        public void end(III_Result result) {
            super.end(result);
        }
    }
}
