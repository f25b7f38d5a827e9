package dev.millrace.structures;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One function, many arguments: a {@link WorkerPool} whose tasks differ only in their argument, with one small
 * object per argument. With a key function, arguments of equal keys are handled one after the other, in the order in which their
 * calls were let in, and different keys side by side.
 *
 * <p>
 * An argument that waits for its key holds a place like one that is being handled, so the capacity bounds both together
 * and nothing else is kept. To keep one slow key from taking all places, give a limit per key: a call beyond it is
 * refused with {@link WorkerPoolException.Overloaded}.
 *
 * <p>
 * Thread safety: all methods may be called from any thread.
 */
public final class KeyedPool<A> implements AutoCloseable {
    private record Item<A>(A argument, Runnable task) {}

    /** The arguments of one key that wait for the one being handled. Guarded by the map's lock of its key. */
    private static final class Lane<A> {
        final Deque<Item<A>> waiting = new ArrayDeque<>(2);
    }

    /** A thread that handles an argument and, of a key, those that arrive meanwhile. */
    private final class Handling extends Roster.Run {
        private final @Nullable Object lane;
        private volatile Item<A> item;

        Handling(@Nullable Object lane, Item<A> first) {
            this.lane = lane;
            this.item = first;
        }

        @Override
        public void run() {
            pool.timed(item.task, null);
            while (lane != null && goesOn(lane)) {
                pool.timed(item.task, null);
            }
            pool.end(this);
        }

        /** Takes the next argument of the key, and shows it before anybody can miss it among those that wait. */
        private boolean goesOn(Object key) {
            Thread.interrupted(); // an interrupt was meant for the argument that has ended
            boolean[] found = new boolean[1];
            lanes.computeIfPresent(key, (same, present) -> {
                Item<A> next = present.waiting.poll();
                if (next == null) {
                    return null;
                }
                item = next;
                found[0] = true;
                return present;
            });
            if (found[0]) {
                pool.addBehind(-1);
                pool.leave();
            }
            return found[0];
        }

        @Override
        Object shown() {
            return item.argument;
        }
    }

    private final WorkerPool pool;
    private final Consumer<? super A> function;
    private final @Nullable Function<? super A, ?> key;
    private final int maxPerKey;
    private final UnaryOperator<Runnable> carrier;
    private final Map<Object, Lane<A>> lanes = new ConcurrentHashMap<>();

    /** A pool that handles every argument as soon as there is room. */
    public KeyedPool(WorkerPool.Options options, Consumer<? super A> function) {
        this(options, function, null, Integer.MAX_VALUE);
    }

    /**
     * A pool that handles arguments of equal keys one after the other.
     *
     * @param key
     *            the key of an argument; null for no order
     * @param maxPerKey
     *            how many arguments of one key may hold a place, at least 1
     */
    public KeyedPool(WorkerPool.Options options, Consumer<? super A> function,
            @Nullable Function<? super A, ?> key, int maxPerKey) {
        if (maxPerKey < 1) {
            throw new IllegalArgumentException("maxPerKey is " + maxPerKey + ", but must be at least 1");
        }
        this.pool = new WorkerPool(options);
        this.function = function;
        this.key = key;
        this.maxPerKey = maxPerKey;
        this.carrier = options.carrier();
    }

    /**
     * Has an argument handled, after waiting for room as the options allow.
     *
     * @throws WorkerPoolException
     *             if it was not taken
     * @throws InterruptedException
     *             if the thread was interrupted while it waited; the argument was not taken
     */
    public void invoke(A argument) throws InterruptedException {
        requireNonNull(argument, "argument");
        Item<A> item = new Item<>(argument, carrier.apply(() -> function.accept(argument)));
        Object lane = key == null ? null : requireNonNull(key.apply(argument), "key");
        pool.admit(pool.limit());
        if (lane == null || join(lane, item)) {
            pool.begin(new Handling(lane, item));
        } else {
            pool.addBehind(1);
        }
    }

    /** Enters a key's lane; says whether nobody was there, so that the caller has to start it. */
    private boolean join(Object lane, Item<A> item) {
        boolean[] first = new boolean[1];
        boolean taken = false;
        try {
            lanes.compute(lane, (same, present) -> {
                if (present == null) {
                    first[0] = true;
                    return new Lane<>();
                }
                if (present.waiting.size() + 1 >= maxPerKey) {
                    throw pool.tooMany("Key " + same + " has its limit of " + maxPerKey + " arguments; try later");
                }
                present.waiting.add(item);
                return present;
            });
            taken = true;
        } finally {
            if (!taken) {
                pool.leaveUndone();
            }
        }
        return first[0];
    }

    /** The pool's counts; arguments that wait for their key count as running. */
    public WorkerPool.Metrics metrics() {
        return pool.metrics();
    }

    /** Changes how many arguments may hold a place. */
    public void resize(int capacity) {
        pool.resize(capacity);
    }

    /** Refuses new arguments from now on, wakes all waiting calls with "closed", and leaves the rest alone. */
    @Override
    public void close() {
        pool.close();
    }

    /**
     * Closes the pool and waits for the arguments it has.
     *
     * @return those that have not been handled to the end by then: first the ones being handled, which go on, interrupted
     *         or not, and may end; then the ones that waited for their key, which are taken out and will not be handled
     * @see WorkerPool#drain
     */
    public List<Object> drain(Duration deadline, boolean interruptRest) throws InterruptedException {
        pool.close();
        return pool.awaitIdle(deadline) ? List.of() : pool.left(interruptRest, this::takeWaiting);
    }

    private List<Object> takeWaiting() {
        List<Object> taken = new ArrayList<>();
        for (Object lane : lanes.keySet()) {
            lanes.computeIfPresent(lane, (same, present) -> {
                present.waiting.forEach(item -> taken.add(item.argument));
                present.waiting.clear();
                return present;
            });
        }
        pool.addBehind(-taken.size());
        taken.forEach(argument -> pool.leaveUndone());
        return taken;
    }

    /** Takes arguments again. */
    public void reopen() {
        pool.reopen();
    }
}
