package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import dev.millrace.api.task.WorkerHealth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers for what feeds bring: at most so many at once, leases extended, feeds opened anew when the engine comes
 * back, and a close that drains. Messages and tasks both use it.
 *
 * <pre>
 *   delivered --> waiting --> running --handler returns--> finishing --engine confirms--> over
 *                    |           (holds a handler's place)      (holds credit)
 *                    '--- pause, close, waited too long: given back, no attempt counted
 * </pre>
 *
 * <p>
 * A place is free as soon as the handler has returned. All that is held, from waiting to finishing, is bounded by the credit,
 * so results that the engine does not confirm hold back new work.
 *
 * <p>
 * Thread safety: any thread. The lock guards the lines and the set of running work; user code runs outside of it.
 */
final class WorkLoop {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final System.Logger LOG = System.getLogger("dev.millrace");
    private static final long FIRST_REOPEN_MILLIS = 100;
    private static final long LAST_REOPEN_MILLIS = 5_000;

    /**
     * Settings.
     *
     * @param what
     *            names it in messages
     * @param concurrency
     *            handlers at once
     * @param leaseMillis
     *            what leases are extended by
     * @param strict
     *            the first line that has something is served first; else lines share by their weights
     * @param prefetch
     *            the most that is held beyond the credit of the lines, over all of them
     */
    record Settings(String what, int concurrency, long leaseMillis, boolean strict, int prefetch) {}

    private final Settings settings;
    private final WorkRules rules;
    private final List<WorkLine> lines;
    private final Executor executor;
    private final Timer timer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Held> running = new HashSet<>();
    /** Threads that were asked for and have not begun. */
    private int starting;
    private final Prefetch prefetch;
    /** Results of handlers that the engine has not confirmed. */
    private final AtomicInteger finishing = new AtomicInteger();
    private boolean watching;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Future<?> extending;
    private boolean closing;
    private boolean paused;
    private long succeeded;
    private long failed;

    WorkLoop(Settings settings, WorkRules rules, List<WorkLine> lines, Executor executor, Timer timer) {
        this.settings = settings;
        this.rules = rules;
        this.lines = lines;
        this.executor = executor;
        this.timer = timer;
        prefetch = new Prefetch(settings.concurrency(), settings.prefetch());
        extending = timer.every(Math.max(settings.leaseMillis() / 3, 10), this::extendAll);
    }

    /** Opens the feeds and waits until they stand. */
    void start() {
        try {
            List<CompletableFuture<Void>> opened = new ArrayList<>();
            for (WorkLine line : lines) {
                opened.add(open(line));
            }
            for (CompletableFuture<Void> one : opened) {
                Futures.await(one, settings.what());
            }
        } catch (MillraceException e) {
            close(0);
            throw e;
        }
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    int running() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    WorkerHealth health() {
        lock.lock();
        try {
            WorkerHealth.State state = ended.isDone() ? WorkerHealth.State.ENDED
                : closing ? WorkerHealth.State.CLOSING
                : paused ? WorkerHealth.State.PAUSED
                : WorkerHealth.State.WORKING;
            int waiting = lines.stream().mapToInt(line -> line.waiting.size()).sum();
            return new WorkerHealth(state, running.size(), waiting, finishing.get(), succeeded, failed,
                    lines.stream()
                            .map(line -> new WorkerHealth.Queue(line.name, line.feed != null, line.problem))
                            .toList());
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing new until told otherwise; what waits is given back. */
    void pause(boolean pause) {
        List<Held> waiting = new ArrayList<>();
        lock.lock();
        try {
            paused = pause;
            giveCredit();
            for (WorkLine line : lines) {
                if (pause) {
                    waiting.addAll(line.waiting);
                    line.waiting.clear();
                }
            }
        } finally {
            lock.unlock();
        }
        waiting.forEach(this::giveBack);
    }

    // ---- credit ----

    /** Under the lock. */
    private void giveCredit() {
        for (WorkLine line : lines) {
            Feed feed = line.feed;
            if (feed != null) {
                feed.credit(paused || closing ? 0 : credit(line));
            }
        }
    }

    private int credit(WorkLine line) {
        return line.credit + (prefetch.ahead() + lines.size() - 1) / lines.size();
    }

    /** What waits beyond what it may hold without looking ahead: where lines compete, each has the next ones here. */
    private int surplus(WorkLine line) {
        return line.waiting.size() - Math.max(line.credit - settings.concurrency(), 0);
    }

    /** Under the lock. While something may be held ahead, somebody looks whether it waits for too long. */
    private void watch() {
        boolean may = !watching && (prefetch.ahead() > 0 || lines.stream().anyMatch(line -> surplus(line) > 0));
        if (may && !closing) {
            watching = true;
            timer.later(Prefetch.PATIENCE_MILLIS / 2, this::look);
        }
    }

    /** Gives back what waits behind handlers that take longer than those before them did. */
    private void look() {
        List<Held> stuck = new ArrayList<>();
        lock.lock();
        try {
            watching = false;
            boolean idle = prefetch.isIdle();
            boolean late = false;
            for (WorkLine line : lines) {
                Held first = line.waiting.peek();
                late |= first != null && first.waitedMillis() > Prefetch.PATIENCE_MILLIS;
            }
            if ((late || idle) && prefetch.stop()) {
                giveCredit(); // before they are back, or they would come again
            }
            for (WorkLine line : lines) {
                while (late && surplus(line) > 0) {
                    stuck.add(line.waiting.removeLast());
                }
            }
            watch();
        } finally {
            lock.unlock();
        }
        stuck.forEach(this::giveBack);
    }

    // ---- feeds ----

    private CompletableFuture<Void> open(WorkLine line) {
        int generation;
        lock.lock();
        try {
            generation = ++line.generation;
        } finally {
            lock.unlock();
        }
        return line.opener.open(new FeedListener() {
            @Override
            public void delivered(Leased leased) {
                WorkLoop.this.delivered(line, generation, new Held(leased, line.name));
            }

            @Override
            public void cancelled(long token) {
                executor.execute(() -> cancelRunning(line, token));
            }

            @Override
            public void ended(MillraceException reason) {
                executor.execute(() -> feedEnded(line, generation, reason));
            }
        }).thenAccept(feed -> opened(line, generation, feed));
    }

    private void opened(WorkLine line, int generation, Feed feed) {
        boolean wanted;
        lock.lock();
        try {
            wanted = !closing && line.generation == generation;
            if (wanted) {
                line.feed = feed;
                line.problem = "";
                feed.credit(paused ? 0 : credit(line));
            }
        } finally {
            lock.unlock();
        }
        if (!wanted) {
            Futures.onEnd(feed.close(), (done, failure) -> {
                // nobody uses it any more
            });
        }
    }

    private void delivered(WorkLine line, int generation, Held held) {
        boolean late;
        lock.lock();
        try {
            late = (closing || paused) && line.generation == generation;
            if (!late && line.generation == generation) {
                line.waiting.add(held);
                startMore();
                if (settings.prefetch() > 0 && surplus(line) > 0) {
                    watch();
                }
            }
        } finally {
            lock.unlock();
        }
        if (late) {
            giveBack(held);
        }
    }

    /** Nobody has begun to handle it, so the attempt does not count. */
    private void giveBack(Held held) {
        if (!held.isLost()) {
            Futures.onEnd(held.settle(new Settlement.Snooze(0, "")), (done, failure) -> {
                // the end of the lease does it else
            });
        }
    }

    private void cancelRunning(WorkLine line, long token) {
        List<Held> cancelled = new ArrayList<>();
        lock.lock();
        try {
            for (Held held : running) {
                if (held.leased().token() == token && held.source().equals(line.name)) {
                    cancelled.add(held);
                }
            }
            // What waits is marked, and given back when its turn comes.
            line.waiting.stream().filter(held -> held.leased().token() == token).forEach(cancelled::add);
        } finally {
            lock.unlock();
        }
        cancelled.forEach(Held::cancel);
    }

    private void feedEnded(WorkLine line, int generation, MillraceException reason) {
        List<Held> lost = new ArrayList<>();
        boolean again;
        boolean allOver;
        lock.lock();
        try {
            if (closing || line.generation != generation) {
                return;
            }
            line.generation++;
            line.feed = null;
            line.problem = String.valueOf(reason.getMessage());
            line.waiting.clear();
            for (Held held : running) {
                if (held.source().equals(line.name)) {
                    lost.add(held);
                }
            }
            again = reason.category() == MillraceException.Category.RETRY;
            line.over = !again;
            allOver = lines.stream().allMatch(one -> one.over);
        } finally {
            lock.unlock();
        }
        lost.forEach(Held::lost);
        if (again) {
            reopenLater(line, FIRST_REOPEN_MILLIS);
        } else if (allOver) {
            extending.cancel(false);
            ended.completeExceptionally(reason);
        }
    }

    private void reopenLater(WorkLine line, long millis) {
        timer.later(millis, () -> executor.execute(() -> reopen(line, millis)));
    }

    private void reopen(WorkLine line, long waitedMillis) {
        lock.lock();
        try {
            if (closing) {
                return;
            }
        } finally {
            lock.unlock();
        }
        Futures.onEnd(open(line), (done, failure) -> {
            if (failure == null) {
                return;
            }
            MillraceException reason = Futures.failure(failure);
            problem(line, String.valueOf(reason.getMessage()));
            if (reason.category() == MillraceException.Category.CALLER
                    || reason.category() == MillraceException.Category.FATAL) {
                ended.completeExceptionally(reason);
            } else {
                reopenLater(line, Math.min(waitedMillis * 2, LAST_REOPEN_MILLIS));
            }
        });
    }

    private void problem(WorkLine line, String text) {
        lock.lock();
        try {
            line.problem = text;
        } finally {
            lock.unlock();
        }
    }

    private void extendAll() {
        List<Held> alive;
        lock.lock();
        try {
            alive = new ArrayList<>(running);
            lines.forEach(line -> alive.addAll(line.waiting));
        } finally {
            lock.unlock();
        }
        alive.forEach(held -> held.keep(settings.leaseMillis()));
    }

    // ---- work ----

    /** Under the lock: asks for a thread. One that begins asks for the next, so short tasks do not wake a thread each. */
    private void startMore() {
        boolean full = closing || running.size() + starting >= settings.concurrency();
        if (full || starting >= PROCESSORS || lines.stream().allMatch(line -> line.waiting.isEmpty())) {
            return;
        }
        starting++;
        try {
            executor.execute(this::begin);
        } catch (RuntimeException | Error refused) {
            starting--;
            throw refused;
        }
    }

    private void begin() {
        Held first;
        lock.lock();
        try {
            starting--;
            first = nextToRun();
            startMore();
        } finally {
            lock.unlock();
        }
        run(first);
    }

    /** Under the lock: what is to run now and counts as running, or null. */
    private @Nullable Held nextToRun() {
        while (!closing && running.size() < settings.concurrency()) {
            WorkLine line = WorkLine.next(lines, settings.strict());
            if (line == null) {
                return null;
            }
            Held held = line.waiting.remove();
            if (!held.isLost()) {
                running.add(held);
                return held;
            }
        }
        return null;
    }

    /** One after the other, as long as something waits: a thread for each would cost more than a short task. */
    private void run(@Nullable Held first) {
        for (Held held = first; held != null;) {
            held = runOne(held);
        }
    }

    /** Returns what this thread is to run next, or null. */
    private @Nullable Held runOne(Held held) {
        Settlement outcome;
        Error fatal = null;
        boolean began = false;
        long startNanos = System.nanoTime();
        held.begin(Thread.currentThread());
        Future<?> timeout = startTimeout(held);
        try {
            if (held.isCancelled()) {
                outcome = new Settlement.Snooze(0, ""); // before it began
            } else {
                began = true;
                outcome = rules.handle(held);
            }
        } catch (Throwable failure) { // an Error of a handler must not cost the message or the thread's place
            outcome = rules.failed(held, failure);
            fatal = failure instanceof VirtualMachineError error ? error : null;
        } finally {
            if (timeout != null) {
                timeout.cancel(false);
            }
            held.end();
        }
        settle(held, outcome);
        Held next = finished(held, began ? outcome : null, startNanos, fatal == null);
        if (fatal != null) {
            throw fatal;
        }
        return next;
    }

    private @Nullable Future<?> startTimeout(Held held) {
        long millis = rules.timeoutMillis(held);
        return millis == 0 ? null : timer.after(millis, held::timeOut);
    }

    private void settle(Held held, Settlement outcome) {
        if (held.isSettled() || held.isLost()) {
            return;
        }
        finishing.incrementAndGet();
        Futures.onEnd(held.settle(outcome), (done, failure) -> {
            finishing.decrementAndGet();
            if (failure != null) {
                LOG.log(System.Logger.Level.WARNING, () -> settings.what() + ": message " + held.leased().id()
                        + " could not be settled and is delivered again: " + Futures.failure(failure).getMessage());
            }
        });
    }

    /** Its place is free, though its result is still on its way. */
    private @Nullable Held finished(Held held, @Nullable Settlement outcome, long startNanos, boolean goesOn) {
        lock.lock();
        try {
            running.remove(held);
            if (outcome instanceof Settlement.Ack) {
                succeeded++;
            } else if (outcome != null) {
                failed++;
            }
            if (prefetch.ended(startNanos, System.nanoTime())) {
                giveCredit();
                watch();
            }
            Held next = goesOn ? nextToRun() : null;
            startMore();
            if (closing) {
                changed.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    // ---- close ----

    /** As {@link dev.millrace.api.Subscription#close}. */
    int close(long drainMillis) {
        if (isCalledByHandler()) {
            executor.execute(() -> closeNow(drainMillis));
            return 0;
        }
        return closeNow(drainMillis);
    }

    /** Whether this thread runs one of its handlers. */
    boolean isCalledByHandler() {
        lock.lock();
        try {
            return running.stream().anyMatch(held -> held.isRunBy(Thread.currentThread()));
        } finally {
            lock.unlock();
        }
    }

    private int closeNow(long drainMillis) {
        List<Held> unfinished;
        List<Feed> feeds = new ArrayList<>();
        boolean interrupted;
        lock.lock();
        try {
            if (closing) {
                return 0;
            }
            closing = true;
            for (WorkLine line : lines) {
                Feed feed = line.feed;
                if (feed != null) {
                    feeds.add(feed);
                    feed.credit(0);
                }
                line.waiting.forEach(this::giveBack);
                line.waiting.clear();
            }
            interrupted = awaitHandlers(drainMillis);
            unfinished = running.stream().filter(held -> !held.isSettled()).toList();
            // Before the interrupt, or what the handler throws at it could be taken for the reason.
            unfinished.forEach(held -> settle(held,
                    rules.unfinished("the handler had not ended when " + settings.what() + " was closed")));
            running.forEach(Held::interrupt);
        } finally {
            lock.unlock();
        }
        extending.cancel(false);
        List<CompletableFuture<Void>> ends = feeds.stream().map(Feed::close).toList();
        if (!interrupted) {
            interrupted = Futures.awaitEnds(ends); // a failure: the engine is gone, and with it every lease
        }
        ended.complete(null);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return unfinished.size();
    }

    /** Whether an interrupt cut it short. */
    private boolean awaitHandlers(long drainMillis) {
        long left = TimeUnit.MILLISECONDS.toNanos(drainMillis);
        try {
            while (!running.isEmpty() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
