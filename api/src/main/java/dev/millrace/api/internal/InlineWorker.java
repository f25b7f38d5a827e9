package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import dev.millrace.api.spi.TaskEngine;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs what queues have ready on the thread of the caller, one task at a time, for tests. It takes a task when the engine
 * has leased one to it, and knows that nothing is ready when the engine has not done so after its credit was seen.
 *
 * <p>
 * Thread safety: one thread.
 */
final class InlineWorker {
    private static final long PATIENCE_SECONDS = 30;
    /** The engine's figures are from before or after a credit; those of the second asking are from after it. */
    private static final int ASKINGS = 2;

    private final Core core;
    private final TaskEngine engine;
    private final WorkRules rules;
    private final long leaseMillis;

    InlineWorker(Core core, TaskEngine engine, WorkRules rules, long leaseMillis) {
        this.core = core;
        this.engine = engine;
        this.rules = rules;
        this.leaseMillis = leaseMillis;
    }

    /** Goes round the queues until none has anything ready; returns how many attempts were made. */
    int runDue(List<String> queues) {
        int all = 0;
        int round;
        do {
            round = 0;
            for (String queue : queues) {
                round += runDue(queue);
            }
            all += round;
        } while (round > 0);
        return all;
    }

    private int runDue(String queue) {
        LinkedBlockingQueue<Leased> came = new LinkedBlockingQueue<>();
        Feed feed = Futures.await(core.ask(any -> engine.subscribe(queue, leaseMillis, new Handing(came))),
                "subscribing to queue " + queue);
        int attempts = 0;
        try {
            long before = leased(queue);
            feed.credit(1);
            while (comes(queue, before)) {
                run(new Held(take(came, queue), queue));
                attempts++;
            }
        } finally {
            Futures.await(feed.close(), "closing the subscription to queue " + queue);
        }
        return attempts;
    }

    private boolean comes(String queue, long before) {
        for (int asking = 0; asking < ASKINGS; asking++) {
            if (leased(queue) > before) {
                return true;
            }
        }
        return false;
    }

    private long leased(String queue) {
        return Futures.await(core.ask(any -> engine.queueStats(queue)), "the statistics of queue " + queue).leased();
    }

    private static Leased take(LinkedBlockingQueue<Leased> came, String queue) {
        try {
            Leased leased = came.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (leased == null) {
                throw new MillraceException.Unavailable(
                        "a task of queue " + queue + " is with a worker, but not with this"
                                + " one: close other workers of the queue first");
            }
            return leased;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MillraceException.Interrupted("interrupted while running tasks of queue " + queue, e);
        }
    }

    /** An error of the handler, as that of an assertion, is thrown on once the task is settled. */
    private void run(Held held) {
        Settlement outcome;
        Error error = null;
        long millis = rules.timeoutMillis(held);
        held.begin(Thread.currentThread());
        Future<?> timeout = millis == 0 ? null : core.timer().after(millis, held::timeOut);
        try {
            outcome = rules.handle(held);
        } catch (Throwable failure) { // settled as a worker settles it
            outcome = rules.failed(held, failure);
            error = failure instanceof Error own ? own : null;
        } finally {
            cancel(timeout);
            held.end();
        }
        Futures.await(held.settle(outcome), "settling task " + held.leased().id());
        if (error != null) {
            throw error;
        }
    }

    private static void cancel(@Nullable Future<?> timeout) {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }

    /** Puts what comes where the caller takes it. */
    private record Handing(LinkedBlockingQueue<Leased> came) implements FeedListener {
        @Override
        public void delivered(Leased leased) {
            came.add(leased);
        }

        @Override
        public void cancelled(long token) {
            // its handler runs on the caller's thread, which asks for nothing meanwhile
        }

        @Override
        public void ended(MillraceException reason) {
            // settling says so
        }
    }
}
