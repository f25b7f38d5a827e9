package dev.millrace.bench.e2e.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessFiguresTest {
    @Test
    void statusField_kilobytes_inBytes() {
        String status = "Name:\tnsqd\nVmRSS:\t   20 kB\nRssAnon:\t    1234 kB\n";
        assertThat(ProcessFigures.statusField(status, "RssAnon")).isEqualTo(1_234 * 1_024);
        assertThat(ProcessFigures.statusField(status, "RssFile")).isZero();
    }

    @Test
    void cpuTicks_nameWithSpacesAndBrackets_fieldsAreCountedAfterIt() {
        assertThat(ProcessFigures.cpuTicks("42 (a ) b) S 1 2 3 4 5 6 7 8 9 10 70 30 0 0 20 0\n")).isEqualTo(100);
    }

    @Test
    void ownProcess_hasFigures() {
        long pid = ProcessHandle.current().pid();
        assertThat(ProcessFigures.rssBytes(pid).orElseThrow()).isGreaterThan(1 << 20);
        assertThat(ProcessFigures.rssAnonBytes(pid).orElseThrow()).isGreaterThan(1 << 20);
        assertThat(ProcessFigures.cpuNanos(pid).orElseThrow()).isPositive();
        assertThat(ProcessFigures.ownCpuNanos().orElseThrow()).isPositive();
    }
}
