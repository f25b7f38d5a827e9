package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.GroupStats;
import dev.millrace.api.Millrace;
import dev.millrace.api.PublishLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A world for each test, and what the suites share. */
abstract class ContractBase {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final Duration LONG = Duration.ofMinutes(5);
    /** Enough for what is there already; what is not there is waited for so long. */
    static final Duration MOMENT = Duration.ofMillis(300);

    private MillraceWorld world;
    protected Millrace m;

    /** Makes a world without data. */
    protected abstract MillraceWorld newWorld();

    @BeforeEach
    void openWorld() {
        world = newWorld();
        m = world.open(PublishLimits.defaults());
    }

    @AfterEach
    void closeWorld() {
        m.close();
        world.close();
    }

    final void crashAndReopen() {
        world.crash();
        m = world.open(PublishLimits.defaults());
    }

    final void reopen() {
        reopen(PublishLimits.defaults());
    }

    final void reopen(PublishLimits limits) {
        m.close();
        m = world.open(limits);
    }

    final SettableClock clock() {
        return world.clock();
    }

    /** Sets the engine's wall clock alone, forward or back. */
    final void setWallClock(Duration by) {
        world.clock().set(by);
    }

    final Group group(String topic, String group) {
        return m.topic(topic).group(group);
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e);
        }
    }

    /** The next of what handlers put there. */
    static <T> T take(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(next).as("nothing came within " + PATIENCE).isNotNull();
            return java.util.Objects.requireNonNull(next);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Exactly one message, waited for. */
    static Delivery pullOne(Group group) {
        List<Delivery> pulled = group.pull(1, PATIENCE, LONG);
        assertThat(pulled).hasSize(1);
        return pulled.get(0);
    }

    /** So many messages, waited for. */
    static List<Delivery> pull(Group group, int count) {
        List<Delivery> all = new ArrayList<>();
        while (all.size() < count) {
            List<Delivery> some = group.pull(Math.min(1_000, count - all.size()), PATIENCE, LONG);
            assertThat(some).isNotEmpty();
            all.addAll(some);
        }
        return all;
    }

    /** Asks until it is so; each asking waits for the engine. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in vain: " + what).isLessThan(deadline);
        }
    }

    /** Asks until it is so: figures follow what happened, for acknowledgements of handlers ride in a later batch. */
    static void await(Group group, Predicate<GroupStats> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        GroupStats stats = group.stats();
        while (!condition.test(stats)) {
            assertThat(System.nanoTime()).as("still " + stats).isLessThan(deadline);
            stats = group.stats(); // each waits for a batch of the log
        }
    }
}
