package dev.millrace.door.nsq.latency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** A window for each channel, and their percentiles. Thread-safe. */
public final class LatencyBook {
    /**
     * What a window says.
     *
     * @param count
     *            messages in it
     * @param percentiles
     *            one for each that is configured
     */
    public record Summary(long count, List<Percentile> percentiles) {
        /** Of a server that keeps none. */
        public static final Summary NONE = new Summary(0, List.of());
    }

    /** A value in nanoseconds; 0 when there is nothing to tell. */
    public record Percentile(double quantile, long nanos) {}

    private record Key(String topic, String channel) {}

    private final List<Double> quantiles;
    private final long windowNanos;
    private final LongSupplier clockNanos;
    private final ConcurrentHashMap<Key, LatencyWindow> windows = new ConcurrentHashMap<>();

    public LatencyBook(List<Double> quantiles, Duration window) {
        this(quantiles, window, System::nanoTime);
    }

    LatencyBook(List<Double> quantiles, Duration window, LongSupplier clockNanos) {
        this.quantiles = quantiles;
        this.windowNanos = window.toNanos();
        this.clockNanos = clockNanos;
    }

    public LatencyWindow window(String topic, String channel) {
        return windows.computeIfAbsent(new Key(topic, channel), _ -> new LatencyWindow(windowNanos, clockNanos));
    }

    /** The channel is gone. */
    public void forget(String topic, String channel) {
        windows.remove(new Key(topic, channel));
    }

    /** Of these channels of a topic together. */
    public Summary summary(String topic, List<String> channels) {
        Histogram all = new Histogram();
        for (String channel : channels) {
            LatencyWindow window = windows.get(new Key(topic, channel));
            if (window != null) {
                window.addTo(all);
            }
        }
        List<Percentile> percentiles = new ArrayList<>(quantiles.size());
        quantiles.forEach(quantile -> percentiles.add(new Percentile(quantile, all.quantile(quantile))));
        return new Summary(all.total(), percentiles);
    }
}
