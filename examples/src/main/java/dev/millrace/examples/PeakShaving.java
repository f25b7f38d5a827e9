package dev.millrace.examples;

import dev.millrace.api.Millrace;
import dev.millrace.api.task.QueueLimits;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Peak shaving: a thousand requests come at once, and the database behind sees three at a time. */
final class PeakShaving implements Example {
    private static final int REQUESTS = 1_000;
    private static final int AT_ONCE = 3;

    @Override
    public void run(Millrace m, Consumer<String> out) throws Exception {
        TaskQueue seats = m.queue("seats");
        seats.limits(QueueLimits.NONE.concurrencyPerKey(AT_ONCE)); // however many workers there are
        seats.enqueueAll(IntStream.range(0, REQUESTS)
                .mapToObj(i -> Task.of("reserve", "seat " + i).limitKey("database"))
                .toList());
        out.accept("took " + REQUESTS + " requests");

        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch left = new CountDownLatch(REQUESTS);
        try (Worker worker = m.worker().queue("seats").concurrency(20).handle("reserve", (task, context) -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            now.decrementAndGet(); // here the database would be asked
            left.countDown();
        }).start()) {
            left.await();
            out.accept("reserved all, " + (most.get() <= AT_ONCE ? "never more" : "more") + " than " + AT_ONCE
                    + " at once; failed: " + worker.health().failed());
        }
    }
}
