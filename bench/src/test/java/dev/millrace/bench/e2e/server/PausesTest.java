package dev.millrace.bench.e2e.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PausesTest {
    private static String line(String operation, long nanos) {
        return "[7.325s] Safepoint \"" + operation + "\", Time since last: 7 ns, Reaching safepoint:    5000 ns, "
                + "At safepoint:  4000 ns, Leaving safepoint:  1000 ns, Total:   " + nanos
                + " ns, Threads: 1 runnable, 20 total";
    }

    @Test
    void parse_whatTheToolAskedForAndOtherLinesDoNotCount() {
        Pauses pauses = Pauses
                .parse(Stream.of(line("G1CollectForAllocation", 2_000_000), line("G1CollectFull", 90_000_000),
                        "[7.4s] something else", line("ICBufferFull", 500_000)));
        assertThat(pauses.millis()).containsExactly(0.5, 2.0);
        assertThat(pauses.left()).isEqualTo(1);
        assertThat(pauses.percentile(50)).isEqualTo(0.5);
        assertThat(pauses.percentile(99)).isEqualTo(2.0);
    }

    @Test
    void parse_nothing_noPause() {
        assertThat(Pauses.parse(Stream.of()).percentile(99)).isZero();
    }
}
