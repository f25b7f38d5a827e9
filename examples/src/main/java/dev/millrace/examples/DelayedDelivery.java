package dev.millrace.examples;

import dev.millrace.api.MessageId;
import dev.millrace.api.Millrace;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskQueue;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Delayed delivery: an order that is not paid in time is called off; paying in time calls that off. */
final class DelayedDelivery implements Example {
    /** Half an hour in a real shop. */
    private static final Duration TIME_TO_PAY = Duration.ofMillis(300);

    @Override
    public void run(Millrace m, Consumer<String> out) throws Exception {
        TaskQueue unpaid = m.queue("unpaid-orders");
        MessageId first = unpaid.enqueue(Task.of("call off", "order 1").delay(TIME_TO_PAY)).id();
        unpaid.enqueue(Task.of("call off", "order 2").delay(TIME_TO_PAY));
        out.accept("ordered 1 and 2");

        unpaid.cancel(first);
        out.accept("order 1 is paid");

        CountDownLatch over = new CountDownLatch(1);
        try (Worker worker = m.worker().queue("unpaid-orders").handle("call off", (task, context) -> {
            out.accept("called off " + task.text());
            over.countDown();
        }).start()) {
            over.await();
            out.accept("the worker is " + (worker.health().isHealthy() ? "well" : "not well"));
        } // its end waits until what it handled is settled
        out.accept("open: " + unpaid.stats().scheduled());
    }
}
