package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorkerPoolTest {
    private final Semaphore go = new Semaphore(0);
    private final CountDownLatch never = new CountDownLatch(1);

    private interface Call {
        void run() throws Exception;
    }

    private static FutureTask<Throwable> inThread(Call call) {
        FutureTask<Throwable> future = new FutureTask<>(() -> {
            try {
                call.run();
                return new Throwable("returned");
            } catch (Throwable failure) {
                return failure;
            }
        });
        Thread.ofPlatform().daemon().start(future);
        return future;
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private void waitForGo() {
        go.acquireUninterruptibly();
    }

    private WorkerPool full(WorkerPool.Options options) throws InterruptedException {
        WorkerPool pool = new WorkerPool(options);
        for (int i = 0; i < options.capacity(); i++) {
            pool.execute(this::waitForGo);
        }
        return pool;
    }

    @Test
    void manySubmitters_neverMoreThanCapacityRun_andAllAreDone() throws Exception {
        int tasksEach = 20_000;
        var pool = new WorkerPool(100);
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        var done = new AtomicInteger();
        List<FutureTask<Throwable>> submitters = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            submitters.add(inThread(() -> {
                for (int task = 0; task < tasksEach; task++) {
                    pool.execute(() -> {
                        int running = now.incrementAndGet();
                        most.accumulateAndGet(running, Math::max);
                        done.incrementAndGet();
                        now.decrementAndGet();
                    });
                }
            }));
        }
        for (var submitter : submitters) {
            assertThat(submitter.get()).hasMessage("returned");
        }
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(done.get()).isEqualTo(50 * tasksEach);
        assertThat(most.get()).isBetween(1, 100);
        assertThat(pool.waiting()).isZero();
        assertThat(pool.running()).isZero();
        WorkerPool.Metrics metrics = pool.metrics();
        assertThat(metrics.completed()).isEqualTo(50L * tasksEach);
        assertThat(metrics.runNanosAtQuantile(0.5)).isPositive();
    }

    @Test
    void fullPool_blocksUpToMaxWaiting_thenRefuses() throws Exception {
        var pool = full(WorkerPool.Options.of(2).withWaiting(3, null));
        List<FutureTask<Throwable>> waiters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiters.add(inThread(() -> pool.execute(this::waitForGo)));
        }
        until(() -> pool.waiting() == 3);
        assertThatThrownBy(() -> pool.execute(this::waitForGo)).isInstanceOf(WorkerPoolException.Overloaded.class)
                .hasMessageContaining("full");
        assertThat(pool.tryExecute(this::waitForGo)).isFalse();
        assertThat(pool.metrics().rejected()).isEqualTo(2);
        go.release(5);
        for (var waiter : waiters) {
            assertThat(waiter.get()).hasMessage("returned");
        }
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(pool.metrics().completed()).isEqualTo(5);
    }

    @Test
    void fullPool_noWaitingAllowed_refusesAtOnce() throws Exception {
        var pool = full(WorkerPool.Options.of(1).withWaiting(0, null));
        assertThatThrownBy(() -> pool.execute(this::waitForGo)).isInstanceOf(WorkerPoolException.Overloaded.class);
        go.release();
    }

    @Test
    void fullPool_timeLimit_endsTheWait() throws Exception {
        var pool = full(WorkerPool.Options.of(1).withWaiting(10, Duration.ofMillis(5)));
        assertThatThrownBy(() -> pool.execute(this::waitForGo)).isInstanceOf(WorkerPoolException.Overloaded.class)
                .hasMessageContaining("time limit");
        assertThatThrownBy(() -> pool.submit(() -> 1, Duration.ofMillis(1)))
                .isInstanceOf(WorkerPoolException.Overloaded.class);
        assertThat(pool.waiting()).isZero();
        go.release();
    }

    @Test
    void waitingSubmit_interrupted_isCancelledAndLeavesNoTrace() throws Exception {
        var pool = full(WorkerPool.Options.of(1));
        var thread = new AtomicReference<Thread>();
        var waiter = inThread(() -> {
            thread.set(Thread.currentThread());
            pool.execute(this::waitForGo);
        });
        until(() -> pool.waiting() == 1);
        thread.get().interrupt();
        assertThat(waiter.get()).isInstanceOf(InterruptedException.class);
        assertThat(pool.waiting()).isZero();
        go.release();
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(pool.metrics().completed()).isEqualTo(1);
    }

    @Test
    void resize_underLoad_losesNothingAndWakesWaiters() throws Exception {
        var pool = full(WorkerPool.Options.of(10));
        var done = new AtomicInteger();
        List<FutureTask<Throwable>> submitters = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            submitters.add(inThread(() -> pool.execute(() -> {
                waitForGo();
                done.incrementAndGet();
            })));
        }
        until(() -> pool.waiting() == 50);
        pool.resize(1000);
        for (var submitter : submitters) {
            assertThat(submitter.get()).hasMessage("returned");
        }
        assertThat(pool.running()).isEqualTo(60);
        pool.resize(10);
        assertThat(pool.tryExecute(never::countDown)).as("still more run than may").isFalse();
        go.release(51);
        until(() -> pool.running() == 9);
        assertThat(pool.tryExecute(this::waitForGo)).isTrue();
        assertThat(pool.tryExecute(never::countDown)).isFalse();
        go.release(10);
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(done.get()).isEqualTo(50);
        assertThatThrownBy(() -> pool.resize(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void throwingTasks_neverCostCapacity_andHandlerSeesEachOnce() throws Exception {
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var pool = new WorkerPool(WorkerPool.Options.of(4).withFailureHandler(failures::add));
        for (int i = 0; i < 1000; i++) {
            int number = i;
            pool.execute(() -> {
                if (number % 2 == 0) {
                    throw new IllegalStateException("task " + number);
                }
                throw new StackOverflowError("task " + number);
            });
        }
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(failures).hasSize(1000).extracting(Throwable::getMessage).doesNotHaveDuplicates();
        assertThat(pool.metrics().failed()).isEqualTo(1000);
        assertThat(pool.metrics().completed()).isZero();
        assertThat(pool.running()).isZero();
    }

    @Test
    void throwingHandler_costsNoCapacityEither() throws Exception {
        var pool = new WorkerPool(WorkerPool.Options.of(1).withFailureHandler(failure -> {
            throw new IllegalStateException("handler");
        }));
        var uncaught = new ConcurrentLinkedQueue<Throwable>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        try {
            for (int i = 0; i < 10; i++) {
                pool.execute(() -> {
                    throw new IllegalStateException("task");
                });
            }
            assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(uncaught).hasSize(10).allSatisfy(failure -> {
            assertThat(failure).hasMessage("handler");
            assertThat(failure.getSuppressed()[0]).hasMessage("task");
        });
    }

    /** All workers fail while others wait: the waiters go on (ants 146). */
    @Test
    void allRunningTasksThrow_waitersProceed() throws Exception {
        var pool = new WorkerPool(WorkerPool.Options.of(2).withFailureHandler(failure -> {}));
        for (int i = 0; i < 2; i++) {
            pool.execute(() -> {
                waitForGo();
                throw new IllegalStateException("task");
            });
        }
        var ran = new CountDownLatch(5);
        List<FutureTask<Throwable>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiters.add(inThread(() -> pool.execute(ran::countDown)));
        }
        until(() -> pool.waiting() == 5);
        go.release(2);
        ran.await();
        for (var waiter : waiters) {
            assertThat(waiter.get()).hasMessage("returned");
        }
    }

    /** Close with waiters: all wake with "closed" (ants 202). */
    @Test
    void close_withWaiters_wakesThemAll() throws Exception {
        var pool = full(WorkerPool.Options.of(1));
        List<FutureTask<Throwable>> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiters.add(inThread(() -> pool.execute(this::waitForGo)));
        }
        until(() -> pool.waiting() == 20);
        pool.close();
        for (var waiter : waiters) {
            assertThat(waiter.get()).isInstanceOf(WorkerPoolException.Closed.class);
        }
        assertThatThrownBy(() -> pool.execute(this::waitForGo)).isInstanceOf(WorkerPoolException.Closed.class);
        assertThat(pool.tryExecute(this::waitForGo)).isFalse();
        go.release();
    }

    @Test
    void drain_deadlinePasses_saysWhatIsLeftAndInterruptsIt() throws Exception {
        var pool = new WorkerPool(3);
        var interrupted = new CountDownLatch(1);
        Runnable stuck = () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        };
        pool.execute(stuck);
        pool.execute(() -> {});
        assertThat(pool.drain(Duration.ofMillis(20), false)).containsExactly(stuck);
        assertThat(interrupted.getCount()).isOne();
        assertThat(pool.drain(Duration.ZERO, true)).containsExactly(stuck);
        interrupted.await();
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
    }

    @Test
    void reopen_afterDrainOrClose_worksAgainAndRespectsWhatStillRuns() throws Exception {
        var pool = full(WorkerPool.Options.of(2));
        pool.close();
        pool.reopen();
        assertThat(pool.tryExecute(this::waitForGo)).as("the old tasks still hold their places").isFalse();
        go.release(2);
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        pool.reopen();
        assertThat(pool.submit(() -> 7).get()).isEqualTo(7);
    }

    /** Closing and submitting at once neither loses a task nor lets one in afterwards (ants 113, 330, 333). */
    @Test
    void closeRacingWithSubmits_everyTaskRanOrWasRefused() throws Exception {
        for (int round = 0; round < 200; round++) {
            var pool = new WorkerPool(2);
            var ran = new AtomicInteger();
            var taken = new AtomicInteger();
            List<FutureTask<Throwable>> submitters = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                submitters.add(inThread(() -> {
                    while (true) {
                        pool.execute(ran::incrementAndGet);
                        taken.incrementAndGet();
                    }
                }));
            }
            until(() -> ran.get() > 10);
            assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
            for (var submitter : submitters) {
                assertThat(submitter.get()).isInstanceOf(WorkerPoolException.Closed.class);
            }
            assertThat(ran.get()).isEqualTo(taken.get());
            assertThat(pool.running()).isZero();
        }
    }

    @Test
    void nestedSubmit_thatCouldNeverGoOn_isRefusedWithAReason() throws Exception {
        var pool = new WorkerPool(2);
        var both = new CountDownLatch(2);
        var results = new ConcurrentLinkedQueue<String>();
        for (int i = 0; i < 2; i++) {
            pool.execute(() -> {
                both.countDown();
                try {
                    both.await();
                    pool.execute(() -> results.add("inner"));
                    results.add("outer");
                } catch (WorkerPoolException.NestedSubmit refused) {
                    results.add(refused.getMessage());
                } catch (InterruptedException e) {
                    results.add("interrupted");
                }
            });
        }
        // One of the two is refused and ends, which lets the other's inner task in.
        until(() -> results.size() == 3);
        assertThat(results).contains("inner", "outer")
                .anySatisfy(text -> assertThat(text).contains("wait for room in this same pool"));
    }

    @Test
    void nestedSubmit_deadlockAppearsOnlyAfterShrinking_isRefusedToo() throws Exception {
        var pool = new WorkerPool(2);
        pool.execute(this::waitForGo);
        var refused = new AtomicReference<Throwable>();
        pool.execute(() -> {
            try {
                pool.execute(never::countDown);
            } catch (WorkerPoolException.NestedSubmit | InterruptedException e) {
                refused.set(e);
            }
        });
        until(() -> pool.waiting() == 1);
        pool.resize(1);
        go.release();
        until(() -> refused.get() != null);
        assertThat(refused.get()).isInstanceOf(WorkerPoolException.NestedSubmit.class);
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
    }

    @Test
    void nestedSubmit_withRoom_runs() throws Exception {
        var pool = new WorkerPool(2);
        assertThat(pool.submit(() -> pool.submit(() -> 5).get()).get()).isEqualTo(5);
    }

    @Test
    void submit_carriesResultFailureAndCancellation() throws Exception {
        var pool = new WorkerPool(2);
        assertThat(pool.submit(() -> "done").get()).isEqualTo("done");
        var failing = pool.submit(() -> {
            throw new IllegalStateException("task");
        });
        assertThatThrownBy(failing::get).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        var interrupted = new CountDownLatch(1);
        var started = new CountDownLatch(1);
        var cancelled = pool.submit(() -> {
            started.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return 1;
        });
        started.await();
        assertThat(cancelled.cancel(true)).isTrue();
        interrupted.await();
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(pool.metrics().failed()).isEqualTo(1);
        assertThat(pool.metrics().completed()).isEqualTo(2);
    }

    @Test
    void carrier_takesTheSubmittersContextAlong() throws Exception {
        ThreadLocal<String> context = new ThreadLocal<>();
        var pool = new WorkerPool(WorkerPool.Options.of(1).withCarrier(task -> {
            String value = context.get();
            return () -> {
                context.set(value);
                task.run();
            };
        }));
        context.set("trace 7");
        assertThat(pool.submit(context::get).get()).isEqualTo("trace 7");
        context.remove();
    }

    @Test
    void carrier_throwsOnTheWorker_failsTheFuture() throws Exception {
        var pool = new WorkerPool(WorkerPool.Options.of(1).withCarrier(task -> () -> {
            throw new IllegalStateException("carrier");
        }));
        var future = pool.submit(() -> 1);
        assertThatThrownBy(future::get).hasRootCauseMessage("carrier");
    }

    @Test
    void threads_endWithTheirTasks() throws Exception {
        var pool = new WorkerPool(50);
        var threads = new ConcurrentLinkedQueue<Thread>();
        for (int i = 0; i < 500; i++) {
            pool.execute(() -> threads.add(Thread.currentThread()));
        }
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(threads).hasSize(500).doesNotHaveDuplicates();
        for (Thread thread : threads) {
            thread.join();
            assertThat(thread.isVirtual()).isTrue();
        }
    }

    @Test
    void waiters_areLetInInOrderOfArrival() throws Exception {
        var pool = full(WorkerPool.Options.of(1));
        var order = new ConcurrentLinkedQueue<Integer>();
        List<FutureTask<Throwable>> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            waiters.add(inThread(() -> pool.execute(() -> order.add(number))));
            until(() -> pool.waiting() == number + 1);
        }
        go.release();
        for (var waiter : waiters) {
            waiter.get();
        }
        assertThat(pool.drain(Duration.ofMinutes(1), false)).isEmpty();
        assertThat(new ArrayList<>(order)).hasSize(20).isSorted();
    }
}
