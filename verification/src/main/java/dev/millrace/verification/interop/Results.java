package dev.millrace.verification.interop;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What passed, what failed and what could not be run, said as it happens and summed up at the end. */
final class Results {
    /** A check: returns if what it looks at is right, and throws if it is not. */
    @FunctionalInterface
    interface Check {
        void run() throws Exception;
    }

    private final PrintStream out;
    private final List<String> failed = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();
    private int passed;

    Results(PrintStream out) {
        this.out = out;
    }

    void check(String name, Check check) {
        try {
            check.run();
            pass(name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(name, "interrupted");
        } catch (Exception | AssertionError e) {
            fail(name, String.valueOf(e.getMessage()));
        }
    }

    void pass(String name) {
        passed++;
        out.println("passed   " + name);
    }

    void fail(String name, String why) {
        failed.add(name);
        out.println("FAILED   " + name);
        why.lines().forEach(line -> out.println("         | " + line));
    }

    /** Something is missing on this machine: neither passed nor failed, but said. */
    void notRun(String name, String why) {
        notRun.add(name);
        out.println("not run  " + name + ": " + why);
    }

    /** Prints the sums; true if nothing failed and something passed. */
    boolean summary() {
        out.println();
        failed.forEach(name -> out.println("FAILED   " + name));
        notRun.forEach(name -> out.println("not run  " + name));
        out.println(passed + " passed, " + failed.size() + " failed"
                + (notRun.isEmpty() ? "" : ", " + notRun.size() + " not run"));
        return failed.isEmpty() && passed > 0;
    }
}
