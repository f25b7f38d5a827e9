package dev.millrace.examples;

import dev.millrace.api.Millrace;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * Eventual consistency: two stores without a common transaction agree in the end. The shop keeps its order and a note of
 * what is still to be told; a relay tells it as often as it must, and the warehouse does it once.
 */
final class EventualConsistency implements Example {
    private final Map<String, Boolean> ordersTold = new ConcurrentHashMap<>();
    private final Set<String> reserved = ConcurrentHashMap.newKeySet();

    @Override
    public void run(Millrace m, Consumer<String> out) throws Exception {
        ordersTold.put("order 5", false); // one transaction of the shop's own database: the order and its note
        relay(m, out);
        ordersTold.put("order 5", false); // it died before it could cross out its note, and begins again
        relay(m, out);

        CountDownLatch agreed = new CountDownLatch(1);
        try (Worker warehouse = m.worker().queue("reservations").handle("reserve", (task, context) -> {
            boolean first = reserved.add(task.text()); // in the warehouse's own transaction
            out.accept((first ? "reserved " : "had reserved ") + task.text());
            if (context.attempt() == 1) {
                throw new IllegalStateException("the power went out before the task was settled");
            }
            agreed.countDown();
        }).start()) {
            agreed.await();
            out.accept("told " + ordersTold.keySet() + ", reserved " + reserved + ", failures "
                    + warehouse.health().failed());
        }
    }

    /** Tells what has not been told, and crosses it out once that is durable. */
    private void relay(Millrace m, Consumer<String> out) {
        for (String order : List.copyOf(ordersTold.keySet())) {
            if (Boolean.FALSE.equals(ordersTold.get(order))) {
                Enqueued told = m.queue("reservations")
                        .enqueue(Task.of("reserve", order)
                                .uniqueUntilDone(order)
                                .backoff(Duration.ofMillis(50), Duration.ofMinutes(5)));
                ordersTold.put(order, true);
                out.accept((told.duplicate() ? "told again of " : "told of ") + order);
            }
        }
    }
}
