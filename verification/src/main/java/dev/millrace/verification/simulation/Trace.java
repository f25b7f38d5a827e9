package dev.millrace.verification.simulation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/** Everything that happened: a hash of it all, to compare two runs, and the last events, to explain a violation. */
final class Trace {
    private static final int KEPT = 400;

    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final VirtualClock clock;
    private final Consumer<String> watcher;
    private long hash = 0x1234_5678_9ABC_DEFL;
    private long events;

    Trace(VirtualClock clock, Consumer<String> watcher) {
        this.clock = clock;
        this.watcher = watcher;
    }

    void event(String text) {
        events++;
        mix(clock.trueNanos());
        mix(text.hashCode());
        String line = clock.trueNanos() / 1_000 + " us: " + text;
        watcher.accept(line);
        last.add(line);
        if (last.size() > KEPT) {
            last.remove();
        }
    }

    void mix(long value) {
        long h = (hash ^ value) * 0x9E37_79B9_7F4A_7C15L;
        hash = h ^ (h >>> 29);
    }

    long hash() {
        return hash;
    }

    long events() {
        return events;
    }

    List<String> last() {
        return List.copyOf(last);
    }
}
