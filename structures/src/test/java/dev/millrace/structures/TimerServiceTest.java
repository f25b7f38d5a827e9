package dev.millrace.structures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TimerServiceTest {
    private static final Duration LONG = Duration.ofDays(40_000);
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final TimerService service = new TimerService(Runnable::run, (timer, failure) -> failures.add(failure));

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void manyTimers_noneEarly_allRun() throws Exception {
        int timers = 100_000;
        var random = new Random(3);
        var early = new AtomicInteger();
        var done = new CountDownLatch(timers);
        for (int i = 0; i < timers; i++) {
            long nanos = random.nextLong(1_500_000_000L) - 10_000_000;
            long due = System.nanoTime() + nanos;
            service.schedule(Duration.ofNanos(nanos), () -> {
                if (System.nanoTime() - due < 0) {
                    early.incrementAndGet();
                }
                done.countDown();
            });
        }
        done.await();
        assertThat(early.get()).isZero();
        assertThat(service.size()).isZero();
    }

    @Test
    void pastTime_firesAtOnce() throws Exception {
        var done = new CountDownLatch(3);
        service.schedule(Duration.ofSeconds(-5), done::countDown);
        service.schedule(Duration.ZERO, done::countDown);
        service.scheduleAt(Instant.EPOCH, done::countDown);
        assertThat(done.getCount()).as("this executor runs in the caller").isZero();
        assertThat(service.size()).isZero();
    }

    @Test
    void throwingTask_isReportedAndTheNextOnesRun() throws Exception {
        service.schedule(Duration.ofMillis(1), () -> {
            throw new IllegalStateException("one-shot");
        });
        var runs = new CountDownLatch(3);
        var periodic = service.scheduleAtFixedRate(Duration.ofMillis(1), Duration.ofMillis(1), () -> {
            runs.countDown();
            throw new AssertionError("periodic");
        });
        runs.await();
        assertThat(periodic.cancel()).isTrue();
        var after = new CountDownLatch(1);
        service.schedule(Duration.ofMillis(1), after::countDown);
        after.await();
        assertThat(failures).extracting(Throwable::getMessage).contains("one-shot", "periodic");
    }

    @Test
    void throwingExecutor_isReportedAndAPeriodicTaskGoesOn() throws Exception {
        var attempts = new CountDownLatch(3);
        try (var refusing = new TimerService(task -> {
            attempts.countDown();
            throw new RejectedExecutionException("full");
        }, (timer, failure) -> failures.add(failure))) {
            refusing.scheduleWithFixedDelay(Duration.ofMillis(1), Duration.ofMillis(1), () -> {});
            attempts.await();
        }
        assertThat(failures).isNotEmpty().allSatisfy(failure -> assertThat(failure).hasMessage("full"));
    }

    @Test
    void close_refusesNewTimers_andSaysWhatWasPending() {
        Runnable late = () -> {};
        Runnable soon = () -> {};
        service.schedule(LONG, late);
        service.schedule(Duration.ofDays(1), soon);
        assertThat(service.shutDown()).extracting(TimerService.Timer::task).containsExactly(soon, late);
        assertThatThrownBy(() -> service.schedule(Duration.ZERO, late)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(service.shutDown()).isEmpty();
        assertThat(service.size()).isZero();
    }

    @Test
    void sameKey_replacesThePendingTimer() throws Exception {
        var ran = new ConcurrentLinkedQueue<String>();
        var done = new CountDownLatch(1);
        var first = service.schedule("key", Duration.ofDays(1), () -> ran.add("first"));
        var second = service.schedule("key", Duration.ofMillis(1), () -> {
            ran.add("second");
            done.countDown();
        });
        assertThat(first.isPending()).isFalse();
        assertThat(first.cancel()).isFalse();
        done.await();
        assertThat(ran).containsExactly("second");
        assertThat(second.cancel()).isFalse();
        assertThat(service.schedule("key", Duration.ofDays(1), () -> {}).cancel()).isTrue();
        assertThat(service.size()).isZero();
    }

    /** A million timers in five rounds: each either ran or its cancel won, never both and never neither. */
    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6, 7, 8})
    void cancelRacingWithFiring_exactlyOneWins(long seed) throws Exception {
        int timers = 200_000;
        var ran = new AtomicIntegerArray(timers);
        List<TimerService.Timer> added = new ArrayList<>();
        var random = new Random(seed);
        for (int i = 0; i < timers; i++) {
            int number = i;
            // The first one runs before any cancel, and the last one's cancel wins.
            long nanos = i == 0 ? 0 : i < timers - 1 ? random.nextInt(400_000_000) : 60_000_000_000L;
            added.add(service.schedule(Duration.ofNanos(nanos), () -> ran.incrementAndGet(number)));
        }
        int won = 0;
        var cancelled = new boolean[timers];
        for (int i = 0; i < timers; i++) {
            cancelled[i] = added.get(i).cancel();
            won += cancelled[i] ? 1 : 0;
        }
        for (int i = 0; i < timers; i++) {
            while (!cancelled[i] && ran.get(i) == 0) {
                Thread.onSpinWait();
            }
            assertThat(ran.get(i)).isEqualTo(cancelled[i] ? 0 : 1);
        }
        assertThat(won).as("cancels that won; with none or all there was no race").isStrictlyBetween(0, timers);
    }

    @Test
    void cancelByKeyAlone_ofATimerADayAhead_itNeverRuns() {
        service.schedule("order 17", Duration.ofDays(1), () -> failures.add(new AssertionError("ran")));
        assertThat(service.cancel("order 18")).isFalse();
        assertThat(service.cancel("order 17")).isTrue();
        assertThat(service.cancel("order 17")).isFalse();
        assertThat(service.shutDown()).isEmpty();
        assertThat(failures).isEmpty();
    }

    @Test
    void fixedRate_keepsItsRasterAndNeverRunsBesideItself() throws Exception {
        var overlap = new AtomicInteger();
        var now = new AtomicInteger();
        var runs = new CountDownLatch(20);
        long start = System.nanoTime();
        try (var threaded = new TimerService(task -> Thread.ofVirtual().start(task),
                (timer, failure) -> failures.add(failure))) {
            threaded.scheduleAtFixedRate(Duration.ofMillis(2), Duration.ofMillis(2), () -> {
                if (now.incrementAndGet() > 1) {
                    overlap.incrementAndGet();
                }
                runs.countDown();
                now.decrementAndGet();
            });
            runs.await();
        }
        assertThat(System.nanoTime() - start).as("the twentieth run is due 40 ms after the call")
                .isGreaterThanOrEqualTo(40_000_000L);
        assertThat(overlap.get()).isZero();
    }

    /** A pause of several periods: one run, then the next time of the raster, and no drift. */
    @Test
    void fixedRate_afterAPause_runsOnceAndKeepsItsRaster() throws Exception {
        var handed = new LinkedBlockingQueue<Runnable>();
        var runs = new AtomicInteger();
        long period = 5;
        try (var held = new TimerService(handed::add, (timer, failure) -> failures.add(failure))) {
            var timer = held.scheduleAtFixedRate(Duration.ofMillis(1), Duration.ofMillis(period),
                    runs::incrementAndGet);
            long first = timer.dueTick();
            for (int round = 1; round <= 5; round++) {
                Runnable run = handed.take();
                // Nothing runs meanwhile: the service waits for the end of this run.
                held.schedule("pause", Duration.ofMillis(4 * period), () -> {});
                handed.take();
                assertThat(handed).as("a run beside itself, or one for each missed time").isEmpty();
                long before = timer.dueTick();
                run.run();
                assertThat(runs.get()).isEqualTo(round);
                assertThat((timer.dueTick() - first) % period).isZero();
                assertThat(timer.dueTick()).isGreaterThanOrEqualTo(before + 4 * period);
            }
        }
        assertThat(failures).isEmpty();
    }

    /** What is due but was not handed over when the service is closed is not handed over any more, and is named. */
    @Test
    void close_whileTheExecutorIsBusy_handsNothingOverAfterwards() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var ran = new ConcurrentLinkedQueue<Integer>();
        var slow = new TimerService(task -> {
            inside.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            task.run();
        }, (timer, failure) -> failures.add(failure));
        for (int i = 0; i < 100; i++) {
            int number = i;
            slow.schedule(Duration.ofMillis(1), () -> ran.add(number));
        }
        inside.await();
        List<TimerService.Timer> pending = slow.shutDown();
        assertThat(pending).as("all but the one that is being handed over").hasSize(99);
        assertThat(pending).noneMatch(TimerService.Timer::isPending);
        go.countDown();
        while (ran.isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(ran).hasSize(1);
        assertThat(failures).isEmpty();
    }

    @Test
    void dueTimer_thatWaitsForTheExecutor_canStillBeCancelled() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var ran = new ConcurrentLinkedQueue<String>();
        try (var slow = new TimerService(task -> {
            inside.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            task.run();
        }, (timer, failure) -> failures.add(failure))) {
            var done = new CountDownLatch(1);
            slow.schedule(Duration.ofMillis(1), () -> ran.add("first"));
            inside.await();
            var second = slow.schedule(Duration.ofNanos(1), () -> ran.add("second"));
            slow.schedule(Duration.ofMillis(2), done::countDown);
            assertThat(second.cancel()).isTrue();
            go.countDown();
            done.await();
        }
        assertThat(ran).containsExactly("first");
    }

    @Test
    void keysOfInstantsAndPeriodicTasks_replaceAndCancel() throws Exception {
        var ran = new ConcurrentLinkedQueue<String>();
        service.scheduleAt("key", Instant.now().plusSeconds(3_600), () -> ran.add("instant"));
        var rounds = new CountDownLatch(3);
        var rate = service.scheduleAtFixedRate("key", Duration.ZERO, Duration.ofMillis(1), rounds::countDown);
        rounds.await();
        assertThat(service.size()).isLessThanOrEqualTo(1);
        var more = new CountDownLatch(3);
        var delay = service.scheduleWithFixedDelay("key", Duration.ZERO, Duration.ofMillis(1), more::countDown);
        more.await();
        assertThat(rate.cancel()).as("it was replaced").isFalse();
        assertThat(service.cancel("key")).isTrue();
        assertThat(delay.cancel()).isFalse();
        assertThat(service.shutDown()).isEmpty();
        assertThat(ran).isEmpty();
        assertThat(failures).isEmpty();
    }

    @Test
    void fixedDelay_waitsBetweenRuns() throws Exception {
        var ends = new ConcurrentLinkedQueue<Long>();
        var tooSoon = new AtomicInteger();
        var runs = new CountDownLatch(5);
        service.scheduleWithFixedDelay(Duration.ZERO, Duration.ofMillis(5), () -> {
            Long last = ends.peek();
            if (last != null && System.nanoTime() - last < 5_000_000) {
                tooSoon.incrementAndGet();
            }
            ends.clear();
            ends.add(System.nanoTime());
            runs.countDown();
        });
        runs.await();
        assertThat(tooSoon.get()).isZero();
        assertThatThrownBy(() -> service.scheduleWithFixedDelay(Duration.ZERO, Duration.ZERO, () -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reschedule_earlier_wakesTheService() throws Exception {
        var done = new CountDownLatch(1);
        var timer = service.schedule(LONG, done::countDown);
        assertThat(timer.isPending()).isTrue();
        assertThat(timer.reschedule(Duration.ofMillis(1))).isTrue();
        done.await();
        assertThat(timer.reschedule(Duration.ofMillis(1))).isFalse();
    }

    @Test
    void periodicTask_cancelledByItself_runsNoMore() throws Exception {
        var timer = new AtomicReference<TimerService.Timer>();
        var started = new CountDownLatch(1);
        var runs = new AtomicInteger();
        timer.set(service.scheduleAtFixedRate(Duration.ofMillis(1), Duration.ofMillis(1), () -> {
            while (timer.get() == null) {
                Thread.onSpinWait();
            }
            runs.incrementAndGet();
            timer.get().cancel();
            started.countDown();
        }));
        started.await();
        var after = new CountDownLatch(1);
        service.schedule(Duration.ofMillis(10), after::countDown);
        after.await();
        assertThat(runs.get()).isEqualTo(1);
    }

    @Test
    void timeWheel_carriesObjects() {
        var wheel = new TimeWheel<String>(0);
        List<Long> handles = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            handles.add(wheel.add(i % 500 + 1, "value " + i));
        }
        assertThat(wheel.value(handles.get(7))).isEqualTo("value 7");
        assertThat(wheel.cancel(handles.get(7))).isEqualTo("value 7");
        assertThat(wheel.cancel(handles.get(7))).isNull();
        assertThat(wheel.value(handles.get(7))).isNull();
        assertThat(wheel.reschedule(handles.get(8), 900)).isTrue();
        assertThat(wheel.reschedule(handles.get(7), 900)).isFalse();
        List<String> fired = new ArrayList<>();
        wheel.advance(500, Integer.MAX_VALUE, (handle, due, value) -> fired.add(value));
        assertThat(fired).hasSize(9_998).doesNotHaveDuplicates();
        wheel.forEach((handle, due, value) -> assertThat(value + due).isEqualTo("value 8900"));
        assertThat(wheel.nextDueTick()).isEqualTo(900);
        assertThat(wheel.size()).isEqualTo(1);
    }
}
