package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class KeyedPoolTest {
    private record Order(int key, int number) {}

    @Test
    void equalKeys_runOneAfterTheOtherInOrder_othersSideBySide() throws Exception {
        Map<Integer, List<Integer>> seen = new ConcurrentHashMap<>();
        Map<Integer, AtomicInteger> now = new ConcurrentHashMap<>();
        var overlaps = new AtomicInteger();
        var pool = new KeyedPool<Order>(WorkerPool.Options.of(64), order -> {
            var running = now.computeIfAbsent(order.key, key -> new AtomicInteger());
            if (running.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            seen.computeIfAbsent(order.key, key -> new ArrayList<>()).add(order.number);
            Thread.onSpinWait();
            running.decrementAndGet();
        }, Order::key, Integer.MAX_VALUE);
        for (int number = 0; number < 20_000; number++) {
            pool.invoke(new Order(number % 7, number));
        }
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(overlaps.get()).isZero();
        assertThat(seen).hasSize(7).allSatisfy((key, numbers) -> assertThat(numbers).isSorted());
        assertThat(seen.values().stream().mapToInt(List::size).sum()).isEqualTo(20_000);
        assertThat(pool.metrics().completed()).isEqualTo(20_000);
        assertThat(pool.metrics().running()).isZero();
    }

    @Test
    void throwingFunction_isReportedAndItsKeyGoesOn() throws Exception {
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var handled = new ConcurrentLinkedQueue<Integer>();
        var pool = new KeyedPool<Integer>(WorkerPool.Options.of(8).withFailureHandler(failures::add), number -> {
            if (number % 3 == 0) {
                throw new IllegalStateException("number " + number);
            }
            handled.add(number);
        }, number -> "same", Integer.MAX_VALUE);
        for (int number = 0; number < 300; number++) {
            pool.invoke(number);
        }
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(failures).hasSize(100);
        assertThat(new ArrayList<>(handled)).hasSize(200).isSorted();
        assertThat(pool.metrics().failed()).isEqualTo(100);
    }

    @Test
    void limitPerKey_refusesTheHotKeyOnly_andDrainNamesWhatIsLeft() throws Exception {
        var go = new CountDownLatch(1);
        var pool = new KeyedPool<Order>(WorkerPool.Options.of(10), order -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, Order::key, 3);
        for (int number = 0; number < 3; number++) {
            pool.invoke(new Order(1, number));
        }
        assertThatThrownBy(() -> pool.invoke(new Order(1, 3))).isInstanceOf(WorkerPoolException.Overloaded.class)
                .hasMessageContaining("Key 1");
        assertThat(pool.metrics().running()).as("the refused one gave its place back").isEqualTo(3);
        pool.invoke(new Order(2, 4));
        assertThat(pool.drain(Duration.ZERO, false)).containsExactlyInAnyOrder(new Order(1, 0), new Order(1, 1),
                new Order(1, 2), new Order(2, 4));
        go.countDown();
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        pool.reopen();
        pool.invoke(new Order(1, 5));
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
    }

    @Test
    void withoutKey_runsSideBySide() throws Exception {
        var both = new CountDownLatch(2);
        var pool = new KeyedPool<Integer>(WorkerPool.Options.of(2), number -> {
            both.countDown();
            try {
                both.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        pool.invoke(1);
        pool.invoke(2);
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
    }

    @Test
    void nestedCall_whileItsOwnKeyFillsThePool_isRefused() throws Exception {
        var refused = new AtomicReference<Throwable>();
        var second = new CountDownLatch(1);
        var self = new AtomicReference<KeyedPool<Integer>>();
        var pool = new KeyedPool<Integer>(WorkerPool.Options.of(2), number -> {
            if (number == 0) {
                try {
                    second.await();
                    self.get().invoke(9);
                } catch (WorkerPoolException.NestedSubmit | InterruptedException e) {
                    refused.set(e);
                }
            }
        }, number -> "same", Integer.MAX_VALUE);
        self.set(pool);
        pool.invoke(0);
        pool.invoke(1);
        second.countDown();
        while (refused.get() == null) {
            Thread.onSpinWait();
        }
        assertThat(refused.get()).isInstanceOf(WorkerPoolException.NestedSubmit.class);
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
    }

    @Test
    void multiPool_roundRobinAndLeastTasks_useAllPools() throws Exception {
        for (MultiPool.Choice choice : MultiPool.Choice.values()) {
            var go = new CountDownLatch(1);
            var pool = new MultiPool(4, WorkerPool.Options.of(5).withWaiting(0, null), choice);
            Runnable task = () -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            };
            for (int i = 0; i < 20; i++) {
                pool.execute(task);
            }
            assertThat(pool.pools()).allSatisfy(each -> assertThat(each.running()).isEqualTo(5));
            assertThatThrownBy(() -> pool.execute(task)).isInstanceOf(WorkerPoolException.Overloaded.class);
            pool.resize(22);
            assertThat(pool.capacity()).isEqualTo(22);
            pool.execute(task);
            pool.execute(task);
            assertThat(pool.drain(Duration.ZERO, false)).hasSize(22);
            go.countDown();
            assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
            pool.reopen();
            assertThat(pool.submit(() -> 3).get()).isEqualTo(3);
            assertThatThrownBy(() -> pool.resize(3)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
