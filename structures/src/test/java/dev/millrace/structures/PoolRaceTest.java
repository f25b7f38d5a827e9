package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that meet: closing, draining, reopening and resizing beside submits. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PoolRaceTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private interface Call<T> {
        T run() throws Exception;
    }

    private static <T> FutureTask<T> inThread(Call<T> call) {
        FutureTask<T> future = new FutureTask<>(call::run);
        Thread.ofPlatform().daemon().start(future);
        return future;
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    /** The end of a drain that a reopen came in between of (ants 330, 333). */
    @Test
    void drain_whileAnotherThreadReopens_stillEndsWhenNothingRuns() throws Exception {
        var pool = new WorkerPool(2);
        var go = new Semaphore(0);
        pool.execute(go::acquireUninterruptibly);
        FutureTask<List<Object>> drain = new FutureTask<>(() -> pool.drain(Duration.ofDays(1), false));
        Thread thread = Thread.ofPlatform().daemon().start(drain);
        until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        pool.reopen();
        pool.resize(3);
        go.release();
        assertThat(drain.get()).isEmpty();
        assertThat(pool.submit(() -> 5).get()).isEqualTo(5);
    }

    /** Submits, closes, drains and reopens all at once: each task taken ran once, and the pool works afterwards. */
    @Test
    void reopenBesideCloseDrainAndSubmits_losesAndDoublesNothing() throws Exception {
        var pool = new WorkerPool(WorkerPool.Options.of(2).withWaiting(3, null));
        var ran = new AtomicInteger();
        var stop = new AtomicBoolean();
        List<FutureTask<Integer>> submitters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            submitters.add(inThread(() -> {
                int taken = 0;
                while (!stop.get()) {
                    try {
                        pool.execute(ran::incrementAndGet);
                        taken++;
                    } catch (WorkerPoolException.Closed | WorkerPoolException.Overloaded refused) {
                        Thread.onSpinWait();
                    }
                }
                return taken;
            }));
        }
        var drainer = inThread(() -> {
            int drains = 0;
            while (!stop.get()) {
                pool.drain(Duration.ofNanos(drains % 3 * 20_000L), false);
                drains++;
            }
            return drains;
        });
        var reopener = inThread(() -> {
            int reopens = 0;
            while (!stop.get()) {
                pool.reopen();
                if (reopens++ % 5 == 0) {
                    pool.close();
                }
                pool.resize(1 + reopens % 3);
            }
            return reopens;
        });
        until(() -> ran.get() > 20_000);
        stop.set(true);
        assertThat(drainer.get()).isPositive();
        assertThat(reopener.get()).isPositive();
        pool.close();
        int taken = 0;
        for (var submitter : submitters) {
            taken += submitter.get();
        }
        assertThat(pool.drain(LONG, false)).isEmpty();
        assertThat(ran.get()).isEqualTo(taken);
        assertThat(pool.running()).isZero();
        assertThat(pool.waiting()).isZero();
        pool.reopen();
        assertThat(pool.submit(() -> 5).get()).isEqualTo(5);
    }

    /** Counts read while the capacity changes are those of one moment (ants 374, 375). */
    @Test
    void running_whileTheCapacityChanges_isExact() throws Exception {
        var pool = new WorkerPool(8);
        var go = new Semaphore(0);
        for (int i = 0; i < 3; i++) {
            pool.execute(go::acquireUninterruptibly);
        }
        var stop = new AtomicBoolean();
        var resizer = inThread(() -> {
            int times = 0;
            for (; !stop.get(); times++) {
                pool.resize(times % 2 == 0 ? 1_000 : 8);
            }
            return times;
        });
        Set<Integer> seen = new HashSet<>();
        for (int look = 0; look < 300_000; look++) {
            seen.add(pool.running());
        }
        stop.set(true);
        assertThat(resizer.get()).isPositive();
        assertThat(seen).containsExactly(3);
        go.release(3);
        assertThat(pool.drain(LONG, false)).isEmpty();
    }

    /** Every task that was taken is among those left, also if its submit was under way when the pool was closed. */
    @Test
    void drainOfNoTime_besideSubmits_namesEveryTaskTaken() throws Exception {
        for (int round = 0; round < 300; round++) {
            var pool = new WorkerPool(1_000);
            var go = new CountDownLatch(1);
            Set<Object> taken = ConcurrentHashMap.newKeySet();
            List<FutureTask<Boolean>> submitters = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                submitters.add(inThread(() -> {
                    while (true) {
                        Runnable task = new Runnable() {
                            @Override
                            public void run() {
                                awaitQuietly(go);
                            }
                        };
                        try {
                            pool.execute(task);
                            taken.add(task);
                        } catch (WorkerPoolException.Closed closed) {
                            return true;
                        }
                    }
                }));
            }
            until(() -> pool.running() > 20);
            List<Object> left = pool.drain(Duration.ZERO, false);
            for (var submitter : submitters) {
                assertThat(submitter.get()).isTrue();
            }
            assertThat(left).hasSameElementsAs(taken).doesNotHaveDuplicates();
            go.countDown();
            assertThat(pool.drain(LONG, false)).isEmpty();
        }
    }

    /** With keys, each argument taken was handled or is named; only those being handled may be both. */
    @Test
    void keyedDrain_besideCalls_omitsNothingAndHandlesNothingThatItTookOut() throws Exception {
        int keys = 3;
        for (int round = 0; round < 300; round++) {
            Set<Object> handled = ConcurrentHashMap.newKeySet();
            var pool = new KeyedPool<Integer>(WorkerPool.Options.of(100), number -> {
                if (!handled.add(number)) {
                    throw new IllegalStateException("twice: " + number);
                }
            }, number -> number % keys, Integer.MAX_VALUE);
            Set<Object> taken = ConcurrentHashMap.newKeySet();
            var next = new AtomicInteger();
            List<FutureTask<Boolean>> callers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                callers.add(inThread(() -> {
                    while (true) {
                        Integer number = next.getAndIncrement();
                        try {
                            pool.invoke(number);
                            taken.add(number);
                        } catch (WorkerPoolException.Closed closed) {
                            return true;
                        }
                    }
                }));
            }
            until(() -> handled.size() > 30);
            List<Object> left = pool.drain(Duration.ZERO, false);
            for (var caller : callers) {
                assertThat(caller.get()).isTrue();
            }
            assertThat(pool.drain(LONG, false)).isEmpty();
            assertThat(left).doesNotHaveDuplicates();
            Set<Object> both = new HashSet<>(left);
            both.retainAll(handled);
            // One of each key, and while the listing went on a caller may have begun another one of a key.
            assertThat(both).as("being handled when it was listed").hasSizeLessThanOrEqualTo(keys + callers.size());
            Set<Object> all = new HashSet<>(left);
            all.addAll(handled);
            assertThat(all).isEqualTo(taken);
            assertThat(pool.metrics().running()).isZero();
            assertThat(pool.metrics().failed()).isZero();
        }
    }

    /** Two tasks in different pools wait for each other's pool: one of them is refused. */
    @Test
    void multiPool_nestedSubmitsAcrossPools_thatCouldNeverGoOn_areRefused() throws Exception {
        for (int count = 2; count <= 4; count++) {
            var pool = new MultiPool(count, WorkerPool.Options.of(1), MultiPool.Choice.ROUND_ROBIN);
            var all = new CountDownLatch(count);
            var inner = new AtomicInteger();
            var refused = new AtomicInteger();
            var ended = new CountDownLatch(count);
            for (int i = 0; i < count; i++) {
                pool.execute(() -> {
                    all.countDown();
                    awaitQuietly(all);
                    try {
                        pool.execute(inner::incrementAndGet);
                    } catch (WorkerPoolException.NestedSubmit nested) {
                        refused.incrementAndGet();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    } finally {
                        ended.countDown();
                    }
                });
            }
            ended.await();
            assertThat(pool.drain(LONG, false)).isEmpty();
            assertThat(refused.get()).isPositive();
            assertThat(inner.get() + refused.get()).isEqualTo(count);
        }
    }

    /** Not stuck: somebody outside the circle goes on and gives its place to who waits. */
    @Test
    void multiPool_nestedSubmitThatCanGoOn_waits() throws Exception {
        var pool = new MultiPool(2, WorkerPool.Options.of(1), MultiPool.Choice.ROUND_ROBIN);
        var go = new CountDownLatch(1);
        var inner = new CountDownLatch(1);
        pool.execute(() -> awaitQuietly(go));
        pool.execute(() -> {
            try {
                pool.execute(inner::countDown);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        until(() -> pool.metrics().waiting() == 1);
        go.countDown();
        inner.await();
        assertThat(pool.drain(LONG, false)).isEmpty();
        assertThat(pool.metrics().completed()).isEqualTo(3);
        assertThat(pool.metrics().rejected()).isZero();
    }

    @Test
    void multiPool_tryExecuteAndTimeLimits_refuseWhenAllAreFull() throws Exception {
        var pool = new MultiPool(3, WorkerPool.Options.of(1), MultiPool.Choice.ROUND_ROBIN);
        var go = new CountDownLatch(1);
        for (int i = 0; i < 3; i++) {
            assertThat(pool.tryExecute(() -> awaitQuietly(go))).isTrue();
        }
        assertThat(pool.tryExecute(() -> {})).isFalse();
        Duration limit = Duration.ofMillis(1);
        assertThat(inThread(() -> {
            try {
                pool.execute(() -> {}, limit);
                return "taken";
            } catch (WorkerPoolException.Overloaded full) {
                return "full";
            }
        }).get()).isEqualTo("full");
        assertThat(pool.metrics().running()).isEqualTo(3);
        assertThat(pool.metrics().rejected()).isEqualTo(2);
        go.countDown();
        assertThat(pool.submit(() -> 7, LONG).get()).isEqualTo(7);
        assertThat(pool.drain(Duration.ofDays(400_000), false)).isEmpty();
        assertThat(pool.metrics().completed()).isEqualTo(4);
    }

    @Test
    void limitsOfMoreThanTheClockCanCount_areTheLongestThereAre() throws Exception {
        var pool = new WorkerPool(1);
        var forever = Duration.ofSeconds(Long.MAX_VALUE);
        pool.execute(() -> {}, forever);
        assertThat(pool.drain(forever, false)).isEmpty();
    }

    /** A wait for room costs its thread little: one waiter object. */
    @Test
    void waitingSubmit_costsAtMost64Bytes() throws Exception {
        var admission = new Admission(1, new Admission.Group());
        assertThat(admission.tryEnter()).isEqualTo(Admission.Outcome.GRANTED);
        var memory = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        int waits = 20_000;
        for (int i = 0; i < waits; i++) {
            admission.enter(1, 10, () -> null);
        }
        long before = memory.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < waits; i++) {
            admission.enter(1, 10, () -> null);
        }
        long bytes = memory.getCurrentThreadAllocatedBytes() - before;
        assertThat(bytes / waits).isBetween(1L, 64L);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
