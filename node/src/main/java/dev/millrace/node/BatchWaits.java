package dev.millrace.node;

import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.TaskSpec;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who wait for the end of a batch. Nobody asks again and again: a shard tells that a batch may be over, and who waits
 * for it then asks the shard, whose answer is durable. A waiter is a future and costs no thread; there are at most
 * {@value #MAX_WAITING}.
 *
 * <p>
 * Thread safety: any thread. What a shard tells is handed over, so that its thread does nothing here but look into a map.
 */
final class BatchWaits implements TopologyListener {
    static final int MAX_WAITING = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(BatchWaits.class);

    private final Function<TaskSpec.BatchRef, CompletableFuture<Optional<BatchInfo>>> ask;
    private final Map<String, Map<Long, Set<Waiter>>> byQueue = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    BatchWaits(Function<TaskSpec.BatchRef, CompletableFuture<Optional<BatchInfo>>> ask) {
        this.ask = ask;
    }

    /** How the batch stands when it is over, gone, or the time is up; cancelling the future gives the waiting up. */
    CompletableFuture<Optional<BatchInfo>> over(TaskSpec.BatchRef batch, long atMostMillis) {
        if (atMostMillis <= 0) {
            return ask.apply(batch);
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.LIMIT, MAX_WAITING
                    + " callers wait for batches, and no more may; ask without waiting, or wait for the task that ends"
                    + " the batch"));
        }
        return new Waiter(batch).start(atMostMillis);
    }

    /** Who waits now. */
    int waiting() {
        return waiting.get();
    }

    /** The node stops: everybody asks once more, and hears what it answers. */
    void close() {
        closed = true;
        byQueue.values().forEach(batches -> batches.values().forEach(all -> all.forEach(Waiter::isLate)));
    }

    /** Somebody who waits. It is registered before it asks, so that no end is missed. */
    private final class Waiter {
        private final TaskSpec.BatchRef batch;
        private final CompletableFuture<Optional<BatchInfo>> result = new CompletableFuture<>();
        private boolean asking;
        private boolean again;
        private boolean last;

        Waiter(TaskSpec.BatchRef batch) {
            this.batch = batch;
        }

        CompletableFuture<Optional<BatchInfo>> start(long atMostMillis) {
            register(this);
            CompletableFuture<Void> timer = new CompletableFuture<Void>().completeOnTimeout(null, atMostMillis,
                    TimeUnit.MILLISECONDS);
            then(timer, (done, failure) -> isLate());
            then(result, (done, failure) -> {
                unregister(this);
                timer.cancel(false);
            });
            if (closed) {
                isLate();
            } else {
                look();
            }
            return result;
        }

        /** The next answer is the last one. */
        void isLate() {
            synchronized (this) {
                last = true;
            }
            look();
        }

        void look() {
            synchronized (this) {
                if (asking) {
                    again = true;
                    return;
                }
                asking = true;
            }
            ask();
        }

        private void ask() {
            if (!result.isDone()) {
                then(ask.apply(batch).thenAccept(this::answered), (done, failure) -> {
                    if (failure != null) {
                        result.completeExceptionally(failure instanceof CompletionException
                                && failure.getCause() != null ? failure.getCause() : failure);
                    }
                });
            }
        }

        private void answered(Optional<BatchInfo> found) {
            boolean end;
            boolean more;
            synchronized (this) {
                end = last || found.isEmpty() || found.get().over();
                more = again;
                asking = more;
                again = false;
            }
            if (end) {
                result.complete(found);
            } else if (more) {
                ask();
            }
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of an end
    private static <T> void then(CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> action) {
        future.whenComplete(action);
    }

    // ---- who waits for what ----

    private void register(Waiter waiter) {
        byQueue.compute(waiter.batch.queue(), (queue, batches) -> {
            Map<Long, Set<Waiter>> all = batches == null ? new ConcurrentHashMap<>() : batches;
            all.computeIfAbsent(waiter.batch.id(), id -> ConcurrentHashMap.newKeySet()).add(waiter);
            return all;
        });
    }

    private void unregister(Waiter waiter) {
        waiting.decrementAndGet();
        byQueue.computeIfPresent(waiter.batch.queue(), (queue, batches) -> {
            batches.computeIfPresent(waiter.batch.id(), (id, all) -> {
                all.remove(waiter);
                return all.isEmpty() ? null : all;
            });
            return batches.isEmpty() ? null : batches;
        });
    }

    // ---- what shards tell ----

    @Override
    public void batchEnded(String queue, long id) {
        Map<Long, Set<Waiter>> batches = byQueue.get(queue);
        if (batches == null) {
            return;
        }
        if (id == 0) {
            batches.values().forEach(this::wake);
            return;
        }
        Set<Waiter> all = batches.get(id);
        if (all != null) {
            wake(all);
        }
    }

    private void wake(Set<Waiter> all) {
        CompletableFuture<?> handed = CompletableFuture.runAsync(() -> all.forEach(Waiter::look));
        LOG.trace("woken: {}", handed);
    }

    /** Also told of each queue that a shard has when it is opened anew: an end may have been missed. */
    @Override
    public void topicCreated(String topic) {
        batchEnded(topic, 0);
    }

    @Override
    public void topicDeleted(String topic) {
        batchEnded(topic, 0);
    }

    @Override
    public void groupCreated(String topic, String group) {
        // no batch ends by it
    }

    @Override
    public void groupDeleted(String topic, String group) {
        // told with its topic
    }
}
