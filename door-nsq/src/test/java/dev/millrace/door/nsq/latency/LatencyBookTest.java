package dev.millrace.door.nsq.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyBookTest {
    private long now;
    private final LatencyBook book = new LatencyBook(List.of(1.0, 0.99, 0.5), Duration.ofNanos(1_000), () -> now);

    @Test
    void percentiles_areWithinThreePercent() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] values = new long[10_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) Math.exp(random.nextDouble() * 30);
            book.window("t", "c").add(values[i]);
        }
        java.util.Arrays.sort(values);
        LatencyBook.Summary summary = book.summary("t", List.of("c"));

        assertThat(summary.count()).isEqualTo(10_000);
        assertThat(summary.percentiles()).extracting(LatencyBook.Percentile::quantile).containsExactly(1.0, 0.99, 0.5);
        assertWithin(summary.percentiles().get(0).nanos(), values[9_999], seed);
        assertWithin(summary.percentiles().get(1).nanos(), values[9_899], seed);
        assertWithin(summary.percentiles().get(2).nanos(), values[4_999], seed);
    }

    private static void assertWithin(long found, long exact, long seed) {
        assertThat(found).as("seed %d", seed).isBetween(exact, exact + exact / 32 + 1);
    }

    @Test
    void everyDuration_hasABucket() {
        for (long value : new long[]{-5, 0, 1, 31, 32, 63, 64, 65, 1L << 40, 1L << 62}) {
            Histogram histogram = new Histogram();
            histogram.add(value);
            assertThat(histogram.quantile(1)).isBetween(Math.max(0, value),
                    Math.max(1, value) + Math.max(0, value) / 32);
        }
    }

    @Test
    void anOldDuration_isForgotten() {
        book.window("t", "c").add(10);
        now = 600;
        book.window("t", "c").add(20);
        assertThat(book.summary("t", List.of("c")).count()).isEqualTo(2);
        now = 1_100;
        assertThat(book.summary("t", List.of("c")).percentiles().getLast().nanos()).isEqualTo(20);
        now = 5_000;
        assertThat(book.summary("t", List.of("c")).count()).isZero();
    }

    @Test
    void aTopic_isItsChannelsTogether() {
        book.window("t", "a").add(1);
        book.window("t", "b").add(2);
        assertThat(book.summary("t", List.of("a", "b", "none")).count()).isEqualTo(2);
        book.forget("t", "a");
        assertThat(book.summary("t", List.of("a", "b")).count()).isEqualTo(1);
    }
}
