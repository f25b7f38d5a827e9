package dev.millrace.verification.interop;

import java.nio.file.Path;
import java.util.List;

/**
 * What is checked.
 *
 * @param name how it is named in the results
 * @param bin folder with a {@code nsqd} and a {@code nsqlookupd}
 */
record Target(String name, Path bin) {
    Path nsqd() {
        return bin.resolve("nsqd");
    }

    Path lookupd() {
        return bin.resolve("nsqlookupd");
    }

    /** Starts both, nsqd with some flags more. */
    Stack start(Programs programs, List<String> flags) throws Exception {
        Stack stack = new Stack();
        try {
            stack.lookupd(programs, lookupd());
            stack.nsqd(programs, nsqd(), flags);
            return stack;
        } catch (Exception | AssertionError e) {
            stack.close();
            throw e;
        }
    }

    /** PATH with this target's programs first, for test suites that start nsqd by themselves. */
    String path() {
        return bin + ":" + System.getenv("PATH");
    }
}
