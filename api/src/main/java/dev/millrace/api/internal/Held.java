package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settlement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A leased message and what has become of it: settled at most once, perhaps lost, perhaps handled by a thread.
 *
 * <p>
 * Thread safety: any thread. The monitor guards the fields; nothing is called under it but {@link Thread#interrupt}.
 */
public final class Held {
    private final Leased leased;
    private final String source;
    private final long arrivedNanos = System.nanoTime();
    private boolean settled;
    private boolean lost;
    private boolean timedOut;
    private boolean cancelled;
    private boolean extending;
    private boolean stopAsked;
    private @Nullable Thread thread;

    /** {@code source} is the topic or queue that it came from. */
    public Held(Leased leased, String source) {
        this.leased = leased;
        this.source = source;
    }

    public String source() {
        return source;
    }

    public Leased leased() {
        return leased;
    }

    /** Since it came. */
    long waitedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - arrivedNanos);
    }

    public synchronized boolean isSettled() {
        return settled;
    }

    public synchronized boolean isLost() {
        return lost;
    }

    public synchronized boolean isTimedOut() {
        return timedOut;
    }

    /** Whether an operator has cancelled it. */
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Whether its handler has been told to stop, for whatever reason. */
    public synchronized boolean isStopAsked() {
        return stopAsked;
    }

    /** Settles it, unless that was done; a failure that leaves the lease as it was allows another try. */
    public CompletableFuture<Void> settle(Settlement how) {
        if (!startSettling()) {
            return CompletableFuture.failedFuture(new MillraceException.StaleLease("message " + leased.id()
                    + " has been settled before; nothing changed"));
        }
        return leased.settler()
                .settle(leased.token(), how)
                .handle((done, failure) -> settled(done, failure))
                .thenAccept(id -> {
                    // done
                });
    }

    private synchronized boolean startSettling() {
        if (settled) {
            return false;
        }
        settled = true;
        return true;
    }

    private String settled(@Nullable Boolean done, @Nullable Throwable failure) {
        if (failure != null) {
            MillraceException known = Futures.failure(failure);
            synchronized (this) {
                settled = known.category() != MillraceException.Category.RETRY;
            }
            throw known;
        }
        if (!Boolean.TRUE.equals(done)) {
            throw lose();
        }
        return leased.id().toString();
    }

    /** The lease ends so much later than now. */
    public CompletableFuture<Void> extend(long leaseMillis) {
        return leased.settler()
                .settle(leased.token(), new Settlement.Extend(leaseMillis))
                .thenAccept(done -> {
                    if (!done) {
                        throw lose();
                    }
                });
    }

    private MillraceException lose() {
        lost();
        return new MillraceException.StaleLease("the lease of message " + leased.id()
                + " had ended, so it is delivered again; nothing changed. Take a longer lease or extend it");
    }

    /** Keeps the lease alive while the handler works: at most one extension at a time; a stale lease is noticed. */
    void keep(long leaseMillis) {
        synchronized (this) {
            if (settled || lost || timedOut || extending) {
                return;
            }
            extending = true;
        }
        Futures.onEnd(leased.settler().settle(leased.token(), new Settlement.Extend(leaseMillis)),
                (done, failure) -> kept(done));
    }

    private void kept(@Nullable Boolean done) {
        boolean stale;
        synchronized (this) {
            extending = false;
            stale = !settled && Boolean.FALSE.equals(done);
        }
        if (stale) {
            lost();
        }
    }

    // ---- its handler ----

    synchronized void begin(Thread handler) {
        thread = handler;
        if (cancelled || lost) {
            interrupt(); // it came before the thread did
        }
    }

    /** From now on nobody interrupts this thread for it; an interrupt that came is taken back. */
    synchronized void end() {
        thread = null;
        Thread.interrupted();
    }

    synchronized boolean isRunBy(Thread candidate) {
        return candidate.equals(thread);
    }

    /** The lease is over: the handler is interrupted. */
    void lost() {
        synchronized (this) {
            lost = true;
        }
        interrupt();
    }

    void timeOut() {
        synchronized (this) {
            timedOut = true;
        }
        interrupt();
    }

    void cancel() {
        synchronized (this) {
            cancelled = true;
        }
        interrupt();
    }

    synchronized void interrupt() {
        if (thread != null) {
            stopAsked = true;
            thread.interrupt();
        }
    }
}
