package dev.millrace.bench.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** Two threads split one node by the same key, and one of them goes on to put into the new one. */
@Outcome(id = "1, 0, 1, 42", expect = Expect.ACCEPTABLE, desc = "The first put won")
@Outcome(id = "0, 1, 2, 42", expect = Expect.ACCEPTABLE, desc = "The second put won")
@Outcome(expect = Expect.FORBIDDEN, desc = "Not exactly one put won, or an entry was lost or came twice")
public class SkipListSplitInsert {
    private final SortedKeys list;

    SkipListSplitInsert(SortedKeys list) {
        this.list = list;
        list.fillToSplit();
    }

    /** Splits the node, if it comes first. */
    void first(IIII_Result result) {
        result.r1 = list.putIfAbsent(41, 1);
    }

    /** Splits the node otherwise, and puts into its upper half. */
    void second(IIII_Result result) {
        result.r2 = list.putIfAbsent(41, 2);
        list.put(79, 79);
    }

    /** Looks at the end. */
    void end(IIII_Result result) {
        result.r3 = list.get(41);
        result.r4 = list.count(true);
    }

    /** With object keys. */
    @JCStressTest
    @State
    public static class Boxed extends SkipListSplitInsert {
        /** Fills the list. */
        public Boxed() {
            super(new SortedKeys.Boxed());
        }

        @Override
        @Actor
        public void first(IIII_Result result) {
            super.first(result);
        }

        @Override
        @Actor
        public void second(IIII_Result result) {
            super.second(result);
        }

        @Override
        @Arbiter
        public void end(IIII_Result result) {
            super.end(result);
        }
    }

    /** With primitive keys. */
    @JCStressTest
    @State
    public static class Primitive extends SkipListSplitInsert {
        /** Fills the list. */
        public Primitive() {
            super(new SortedKeys.Primitive());
        }

        @Override
        @Actor
        public void first(IIII_Result result) {
            super.first(result);
        }

        @Override
        @Actor
        public void second(IIII_Result result) {
            super.second(result);
        }

        @Override
        @Arbiter
        public void end(IIII_Result result) {
            super.end(result);
        }
    }
}
