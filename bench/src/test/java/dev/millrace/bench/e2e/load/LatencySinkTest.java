package dev.millrace.bench.e2e.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class LatencySinkTest {
    private static ByteBuffer body(long dueNanos, long sentNanos) {
        return ByteBuffer.allocate(40).putLong(8, dueNanos).putLong(16, sentNanos);
    }

    @Test
    void onMessage_countsFromTheInstantItWasDueNotSent() {
        long now = System.nanoTime();
        LatencySink sink = new LatencySink(now - 10_000_000_000L);
        sink.onMessage(body(now - 5_000_000_000L, now - 1_000_000_000L), 8, 32);
        assertThat(sink.sinceDue().getMinValue()).isGreaterThan(4_990_000_000L);
        assertThat(sink.senderLate().getMinValue()).isBetween(3_990_000_000L, 4_010_000_000L);
    }

    @Test
    void onMessage_dueBeforeTheWindow_letPass() {
        long now = System.nanoTime();
        LatencySink sink = new LatencySink(now);
        sink.onMessage(body(now - 1, now - 1), 8, 32);
        assertThat(sink.sinceDue().getTotalCount()).isZero();
        assertThat(sink.senderLate().getTotalCount()).isZero();
    }

    @Test
    void onMessage_sentBeforeItWasDue_countsAsOnTime() {
        long now = System.nanoTime();
        LatencySink sink = new LatencySink(now - 100);
        sink.onMessage(body(now, now - 50), 8, 32);
        assertThat(sink.senderLate().getMaxValue()).isEqualTo(1);
    }
}
