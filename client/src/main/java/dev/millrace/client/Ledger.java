package dev.millrace.client;

import com.google.protobuf.ByteString;
import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Settlement;
import dev.millrace.grpc.v1.Burial;
import dev.millrace.grpc.v1.Extension;
import dev.millrace.grpc.v1.Output;
import dev.millrace.grpc.v1.Progress;
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
    /** A batch ends with the settlement that brings it to so many bytes; the server takes more. */
    private static final int MAX_BATCH_BYTES = 512 << 10;

    private static final int SETTLEMENT_BYTES = 24;

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
        long bytes = 0;
        while (!waiting.isEmpty() && settlements.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
            Waiting next = waiting.remove();
            settlements.add(next);
            bytes += add(results, next.token, next.how);
        }
        Batch batch = new Batch(results.build(), settlements);
        unanswered.add(batch);
        return batch.results;
    }

    /** Returns how many bytes that takes, about. */
    private static int add(Results.Builder results, long token, Settlement how) {
        if (how instanceof Settlement.Ack) {
            results.addAcks(token);
        } else if (how instanceof Settlement.Retry retry) {
            return retry(results, token, retry.error(),
                    Retry.newBuilder().setDelayMillis(retry.delayMillis()));
        } else if (how instanceof Settlement.Snooze snooze) {
            return retry(results, token, snooze.error(),
                    Retry.newBuilder().setDelayMillis(snooze.delayMillis()).setNotCounted(true));
        } else if (how instanceof Settlement.Fail fail) {
            return retry(results, token, fail.error(), Retry.newBuilder().setByPolicy(true));
        } else if (how instanceof Settlement.Extend extend) {
            results.addExtensions(Extension.newBuilder().setToken(token).setLeaseMillis(extend.leaseMillis()));
        } else if (how instanceof Settlement.Bury bury) {
            results.addBurials(Burial.newBuilder().setToken(token).setError(bury.error()));
            return SETTLEMENT_BYTES + bury.error().length();
        } else {
            return say(results, token, how);
        }
        return SETTLEMENT_BYTES;
    }

    private static int retry(Results.Builder results, long token, String error, Retry.Builder retry) {
        results.addRetries(retry.setToken(token).setError(error));
        return SETTLEMENT_BYTES + error.length();
    }

    private static int say(Results.Builder results, long token, Settlement how) {
        Output.Builder output = Output.newBuilder().setToken(token);
        if (how instanceof Settlement.Progress progress) {
            output.setProgress(Progress.newBuilder().setPercent(progress.percent()).setText(progress.text()));
        } else if (how instanceof Settlement.Result result) {
            output.setResult(ByteString.copyFrom(result.bytes()));
        } else if (how instanceof Settlement.Log log) {
            output.setLog(log.lines());
        } else {
            throw new IllegalStateException("unknown settlement " + how);
        }
        results.addOutputs(output);
        return output.build().getSerializedSize();
    }

    /** Whether the lease goes on after it. */
    private static boolean leavesLease(Settlement how) {
        return how instanceof Settlement.Extend || how instanceof Settlement.Progress
                || how instanceof Settlement.Result || how instanceof Settlement.Log;
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
            if (!leavesLease(each.how) || stale.contains(each.token)) {
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
