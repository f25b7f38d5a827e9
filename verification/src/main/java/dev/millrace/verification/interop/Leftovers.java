package dev.millrace.verification.interop;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Servers that a foreign test suite started and, having failed, left running: they would hold the ports that the next
 * suite needs. They are ended only where every process but our own ancestors is of this run: in a namespace of its own,
 * which {@code run.sh} says by a variable.
 */
final class Leftovers {
    private static final String APART = "MILLRACE_INTEROP_APART";

    private Leftovers() {}

    static void end() {
        if (System.getenv(APART) == null) {
            return;
        }
        Set<Long> ours = new HashSet<>();
        for (Optional<ProcessHandle> each = Optional.of(ProcessHandle.current()); each.isPresent(); each = each.get()
                .parent()) {
            ours.add(each.get().pid());
        }
        List<ProcessHandle> left = ProcessHandle.allProcesses().filter(each -> !ours.contains(each.pid())).toList();
        left.forEach(ProcessHandle::destroyForcibly);
        left.forEach(each -> each.onExit().join());
    }
}
