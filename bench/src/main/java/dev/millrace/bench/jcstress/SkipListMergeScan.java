package dev.millrace.bench.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Scans in both directions while a node is taken over by the one before it. */
@Outcome(id = "12, 12, 11", expect = Expect.ACCEPTABLE, desc = "Both before the removal")
@Outcome(id = "12, 11, 11", expect = Expect.ACCEPTABLE, desc = "The first before the removal, the second after it")
@Outcome(id = "11, 11, 11", expect = Expect.ACCEPTABLE, desc = "Both after the removal")
@Outcome(expect = Expect.FORBIDDEN, desc = "An entry was missed, seen twice, out of order or back again")
public class SkipListMergeScan {
    private final SortedKeys list;

    SkipListMergeScan(SortedKeys list) {
        this.list = list;
        list.fillToMerge();
    }

    /** Starts the merge. */
    void remover() {
        list.remove(30);
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
    public static class Boxed extends SkipListMergeScan {
        /** Fills the list. */
        public Boxed() {
            super(new SortedKeys.Boxed());
        }

        @Override
        @Actor
        public void remover() {
            super.remover();
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
    public static class Primitive extends SkipListMergeScan {
        /** Fills the list. */
        public Primitive() {
            super(new SortedKeys.Primitive());
        }

        @Override
        @Actor
        public void remover() {
            super.remover();
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
