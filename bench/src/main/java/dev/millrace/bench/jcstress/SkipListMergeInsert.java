package dev.millrace.bench.jcstress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A node is taken over by the one before it while another thread puts into it. */
@Outcome(id = "41, 45, -1, 12", expect = Expect.ACCEPTABLE,
        desc = "All found, the new key is there, the removed one gone")
@Outcome(expect = Expect.FORBIDDEN, desc = "A key was lost, or a removed one came back")
public class SkipListMergeInsert {
    private final SortedKeys list;

    SkipListMergeInsert(SortedKeys list) {
        this.list = list;
        list.fillToMerge();
    }

    /** Starts the merge. */
    void remover() {
        list.remove(30);
    }

    /** Puts a key into the node that is frozen, and reads another one of it. */
    void writer(IIII_Result result) {
        list.put(45, 45);
        result.r1 = list.get(41);
    }

    /** Looks at the end. */
    void end(IIII_Result result) {
        result.r2 = list.get(45);
        result.r3 = list.get(30);
        result.r4 = list.count(true);
    }

    /** With object keys. */
    @JCStressTest
    @State
    public static class Boxed extends SkipListMergeInsert {
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
        public void writer(IIII_Result result) {
            super.writer(result);
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
    public static class Primitive extends SkipListMergeInsert {
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
        public void writer(IIII_Result result) {
            super.writer(result);
        }

        @Override
        @Arbiter
        public void end(IIII_Result result) {
            super.end(result);
        }
    }
}
