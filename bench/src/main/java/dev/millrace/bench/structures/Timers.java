package dev.millrace.bench.structures;

import dev.millrace.structures.HierarchicalTimeWheel;
import dev.millrace.structures.TimeWheel;
import dev.millrace.structures.TimerService;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.DeadlineTimerWheel;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.TimerTask;

/** One face for the timers compared: a timer is added and, with the handle, cancelled. */
interface Timers {
    Object add(long delayMillis);

    void cancel(Object handle);

    /** Adds a timer and cancels it, without a box around a primitive handle. */
    default void addAndCancel(long delayMillis) {
        cancel(add(delayMillis));
    }

    /** Whether several threads may use it at once. */
    default boolean isConcurrent() {
        return true;
    }

    default void close() {}

    static Timers of(String name) {
        return switch (name) {
            case "millrace" -> new Wheel();
            case "millrace-lock" -> new LockedWheel();
            case "millrace-object" -> new ObjectWheel();
            case "service" -> new Service();
            case "netty" -> new Netty();
            case "agrona" -> new Agrona();
            case "kafka" -> new Kafka();
            case "stpe" -> new Jdk();
            default -> throw new IllegalArgumentException("No timer is called " + name);
        };
    }

    final class Wheel implements Timers {
        private final HierarchicalTimeWheel wheel = new HierarchicalTimeWheel(0);

        @Override
        public boolean isConcurrent() {
            return false;
        }

        @Override
        public Object add(long delayMillis) {
            return wheel.add(delayMillis, 1, 2);
        }

        @Override
        public void cancel(Object handle) {
            wheel.cancel((Long) handle);
        }

        @Override
        public void addAndCancel(long delayMillis) {
            wheel.cancel(wheel.add(delayMillis, 1, 2));
        }
    }

    /** What a lock around the wheel costs. */
    final class LockedWheel implements Timers {
        private final HierarchicalTimeWheel wheel = new HierarchicalTimeWheel(0);
        private final ReentrantLock lock = new ReentrantLock();

        @Override
        public Object add(long delayMillis) {
            return addLocked(delayMillis);
        }

        private long addLocked(long delayMillis) {
            lock.lock();
            try {
                return wheel.add(delayMillis, 1, 2);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void cancel(Object handle) {
            cancelLocked((Long) handle);
        }

        private void cancelLocked(long handle) {
            lock.lock();
            try {
                wheel.cancel(handle);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void addAndCancel(long delayMillis) {
            cancelLocked(addLocked(delayMillis));
        }
    }

    final class ObjectWheel implements Timers {
        private final TimeWheel<Object> wheel = new TimeWheel<>(0);

        @Override
        public boolean isConcurrent() {
            return false;
        }

        @Override
        public Object add(long delayMillis) {
            return wheel.add(delayMillis, this);
        }

        @Override
        public void cancel(Object handle) {
            wheel.cancel((Long) handle);
        }

        @Override
        public void addAndCancel(long delayMillis) {
            wheel.cancel(wheel.add(delayMillis, this));
        }
    }

    /** The face for several threads, which has a lock, a thread and an object per timer. */
    final class Service implements Timers {
        private final TimerService service = new TimerService(Runnable::run, (timer, failure) -> {
            throw new IllegalStateException("A timer failed", failure);
        });

        @Override
        public Object add(long delayMillis) {
            return service.schedule(Duration.ofMillis(delayMillis), () -> {});
        }

        @Override
        public void cancel(Object handle) {
            ((TimerService.Timer) handle).cancel();
        }

        @Override
        public void close() {
            service.close();
        }
    }

    final class Netty implements Timers {
        private final HashedWheelTimer timer = new HashedWheelTimer(10, TimeUnit.MILLISECONDS, 4096);

        @Override
        public Object add(long delayMillis) {
            return timer.newTimeout(timeout -> {}, delayMillis, TimeUnit.MILLISECONDS);
        }

        @Override
        public void cancel(Object handle) {
            ((Timeout) handle).cancel();
        }

        @Override
        public void close() {
            timer.stop();
        }
    }

    final class Agrona implements Timers {
        private final DeadlineTimerWheel wheel = new DeadlineTimerWheel(TimeUnit.MILLISECONDS, 0, 1, 65_536);

        @Override
        public boolean isConcurrent() {
            return false;
        }

        @Override
        public Object add(long delayMillis) {
            return wheel.scheduleTimer(delayMillis);
        }

        @Override
        public void cancel(Object handle) {
            wheel.cancelTimer((Long) handle);
        }

        @Override
        public void addAndCancel(long delayMillis) {
            wheel.cancelTimer(wheel.scheduleTimer(delayMillis));
        }
    }

    final class Kafka implements Timers {
        private final SystemTimer timer = new SystemTimer("bench");

        @Override
        public Object add(long delayMillis) {
            TimerTask task = new TimerTask(delayMillis) {
                @Override
                public void run() {
                    // Only added and cancelled here.
                }
            };
            timer.add(task);
            return task;
        }

        @Override
        public void cancel(Object handle) {
            ((TimerTask) handle).cancel();
        }

        @Override
        public void close() {
            try {
                timer.close();
            } catch (Exception e) {
                throw new IllegalStateException("Kafka's timer did not close", e);
            }
        }
    }

    final class Jdk implements Timers {
        private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

        Jdk() {
            executor.setRemoveOnCancelPolicy(true);
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the future is the handle
        public Object add(long delayMillis) {
            return executor.schedule(() -> {}, delayMillis, TimeUnit.MILLISECONDS);
        }

        @Override
        public void cancel(Object handle) {
            ((Future<?>) handle).cancel(false);
        }

        @Override
        public void close() {
            executor.shutdownNow();
        }
    }
}
