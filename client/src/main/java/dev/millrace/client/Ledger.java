package dev.millrace.client;

import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Settlement;
import dev.millrace.grpc.v1.Burial;
import dev.millrace.grpc.v1.Extension;
import dev.millrace.grpc.v1.Results;
import dev.millrace.grpc.v1.Retry;
import dev.millrace.grpc.v1.Settled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a session holds and how it settles it: settlements wait, are sent in numbered batches, and stay until they are
 * answered, so that they can be sent again. Thread safety: the session's mailbox.
 */
final class Ledger {
    private static final int MAX_BATCH = 1_000;
    private static final int MAX_UNANSWERED = 100;

    private record Waiting(long token, Settlement how, CompletableFuture<Boolean> done) {}

    private static final class Batch {
        final Results results;
        final List<Waiting> settlements;
        /** It went over a stream of a session that is no more. */
        boolean inDoubt;

        Batch(Results results, List<Waiting> settlements) {
            this.results = results;
            this.settlements = settlements;
        }
    }

    private final Set<Long> held = new HashSet<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ArrayDeque<Batch> unanswered = new ArrayDeque<>();
    private long lastNumber;
    private long seen;

    void delivered(long token) {
        held.add(token);
    }

    /** Tokens of leases that have not ended as far as we know. */
    Set<Long> held() {
        return held;
    }

    void settle(long token, Settlement how, CompletableFuture<Boolean> done) {
        waiting.add(new Waiting(token, how, done));
    }

    boolean isSettled() {
        return waiting.isEmpty() && unanswered.isEmpty();
    }

    /** The next batch to send, or null. */
    @Nullable
    Results next() {
        if (waiting.isEmpty() || unanswered.size() >= MAX_UNANSWERED) {
            return null;
        }
        Results.Builder results = Results.newBuilder().setNumber(++lastNumber).setSeen(seen);
        List<Waiting> settlements = new ArrayList<>();
        while (!waiting.isEmpty() && settlements.size() < MAX_BATCH) {
            Waiting next = waiting.remove();
            settlements.add(next);
            add(results, next.token, next.how);
        }
        Batch batch = new Batch(results.build(), settlements);
        unanswered.add(batch);
        return batch.results;
    }

    private static void add(Results.Builder results, long token, Settlement how) {
        if (how instanceof Settlement.Ack) {
            results.addAcks(token);
        } else if (how instanceof Settlement.Retry retry) {
            results.addRetries(Retry.newBuilder()
                    .setToken(token)
                    .setDelayMillis(retry.delayMillis())
                    .setError(retry.error()));
        } else if (how instanceof Settlement.Snooze snooze) {
            results.addRetries(Retry.newBuilder()
                    .setToken(token)
                    .setNotCounted(true)
                    .setDelayMillis(snooze.delayMillis())
                    .setError(snooze.error()));
        } else if (how instanceof Settlement.Fail fail) {
            results.addRetries(Retry.newBuilder().setToken(token).setByPolicy(true).setError(fail.error()));
        } else if (how instanceof Settlement.Extend extend) {
            results.addExtensions(Extension.newBuilder().setToken(token).setLeaseMillis(extend.leaseMillis()));
        } else if (how instanceof Settlement.Bury bury) {
            results.addBurials(Burial.newBuilder().setToken(token).setError(bury.error()));
        } else {
            throw new IllegalStateException("unknown settlement " + how);
        }
    }

    /** All that must be sent again on a new stream, in order. */
    List<Results> again() {
        return unanswered.stream().map(batch -> batch.results).toList();
    }

    /** The server has forgotten what it answered before: those under way may have been done. */
    void doubt() {
        unanswered.forEach(batch -> batch.inDoubt = true);
    }

    /** Those not in {@code good} have lost their leases. */
    void keepOnly(Set<Long> good) {
        held.retainAll(good);
    }

    void answered(Settled answer) {
        Batch first = unanswered.peek();
        if (first == null || first.results.getNumber() != answer.getNumber()) {
            return; // answered before the stream broke, and again after it
        }
        unanswered.remove();
        seen = answer.getNumber();
        Set<Long> stale = new HashSet<>(answer.getStaleList());
        Set<Long> failed = new HashSet<>(answer.getFailedList());
        for (Waiting each : first.settlements) {
            if (!(each.how instanceof Settlement.Extend) || stale.contains(each.token)) {
                held.remove(each.token);
            }
            if (failed.contains(each.token)) {
                each.done.completeExceptionally(
                        new MillraceException.Fatal("the server failed at it; its log says more"));
            } else if (stale.contains(each.token) && first.inDoubt) {
                each.done.completeExceptionally(new MillraceException.UnknownOutcome(
                        "the server went down while it was settled: it was done just before, or its lease has ended"));
            } else {
                each.done.complete(!stale.contains(each.token));
            }
        }
    }

    /** Nothing more will be answered. */
    void fail(boolean leasesEnded, String why) {
        for (Batch batch : unanswered) {
            for (Waiting each : batch.settlements) {
                each.done.completeExceptionally(
                        new MillraceException.UnknownOutcome(why + "; whether it was done is unknown"));
            }
        }
        for (Waiting each : waiting) {
            if (leasesEnded) {
                each.done.complete(false);
            } else {
                each.done.completeExceptionally(new MillraceException.Unavailable(why + "; nothing was done"));
            }
        }
        unanswered.clear();
        waiting.clear();
        held.clear();
    }
}
