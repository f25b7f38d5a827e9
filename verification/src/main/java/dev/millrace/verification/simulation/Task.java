package dev.millrace.verification.simulation;

import dev.millrace.verification.simulation.Command.Answer;
import dev.millrace.verification.simulation.Command.Verdict;
import dev.millrace.verification.simulation.Message.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message of a task queue, as its clients know it. What was refused for certain is taken out of its lists. */
final class Task {
    final TaskQueue queue;
    final Message message;
    final TaskTerms terms;
    /** When the answer came that it is taken. */
    @Nullable Moment accepted;
    /** What may have ended it: acks and the like, cancels, removals. */
    final List<Span> endings = new ArrayList<>();
    final List<Span> cancels = new ArrayList<>();
    final List<Span> removals = new ArrayList<>();
    /** Those among what may have ended it that are acks, and those that gave it up. */
    private final List<Span> acks = new ArrayList<>();
    private final List<Span> buries = new ArrayList<>();
    /** What it is a part of, and what it comes from if no client enqueued it as it is. */
    @Nullable Flow flow;
    @Nullable Origin origin;
    /** When an answer said that it is cancelled or removed, not just that its worker is asked to stop. */
    long endedOrder = Long.MAX_VALUE;
    /** It was made ready before its time. */
    final List<Span> runs = new ArrayList<>();
    final List<Span> redrives = new ArrayList<>();
    /** The last result that was taken; null if nobody knows. */
    @Nullable String result = "";
    int unheardResults;
    /** An ack that was granted: when it was sent, and when it was answered. */
    @Nullable Moment ackSent;
    Moment ackHeard = Moment.NEVER;

    Task(TaskQueue queue, Message message, TaskTerms terms) {
        this.queue = queue;
        this.message = message;
        this.terms = terms;
    }

    Entry entry() {
        return queue.group.entry(message);
    }

    void accepted(Moment now) {
        accepted = now;
        queue.accepted(this, now);
    }

    /** Whether the shard has, or had, it for certain; then its id says its place. */
    boolean isKnown() {
        return message.id != 0;
    }

    /** Whether it was taken before the other one; both are known. */
    boolean isBefore(Task other) {
        return Long.compareUnsigned(message.id, other.message.id) < 0;
    }

    /** A moment at which the shard had taken it for certain; null if nobody knows of one. */
    @Nullable
    Moment knownSince() {
        Map.Entry<Long, Lease> first = entry().leases.firstEntry();
        if (accepted == null || (first != null && first.getKey() < accepted.order())) {
            return first == null ? null : first.getValue().delivered;
        }
        return accepted;
    }

    /** Until this event its turn follows from when it was taken alone. */
    boolean keepsItsPlace(long order) {
        return terms.times().delayMillis() == 0 && !mayBeRedriven(order);
    }

    private boolean mayBeRedriven(long order) {
        return entry().mayBeRedriven(0, order);
    }

    // ---- what workers say ----

    static String resultOf(Answer answer) {
        return "result of attempt " + answer.lease().attempts + ", " + answer.submitted().order();
    }

    void submitted(Answer answer) {
        if (answer.verdict().isFinal()) {
            Span span = new Span(answer.submitted().order());
            endings.add(span);
            (answer.verdict() == Verdict.BURY ? buries : acks).add(span);
        } else if (answer.verdict() == Verdict.PUT_OFF) {
            answer.lease().maybePutOff = true;
        } else if (answer.verdict() == Verdict.RESULT) {
            unheardResults++;
        }
    }

    void granted(Answer answer, Moment now) {
        if (answer.verdict() == Verdict.RESULT) {
            unheardResults--;
            result = resultOf(answer);
        } else if (answer.verdict() == Verdict.ACK) {
            ackSent = answer.submitted();
            ackHeard = now;
        } else if (answer.verdict() == Verdict.RETRY && answer.millis() == 0) {
            answer.lease().readyAgain = now;
        }
    }

    void refused(Answer answer) {
        for (List<Span> book : List.of(endings, acks, buries)) {
            book.removeIf(span -> span.submittedOrder == answer.submitted().order());
        }
        if (answer.verdict() == Verdict.RESULT && !answer.stale()) {
            unheardResults--;
        }
    }

    /** What it waits at least after an attempt that failed, as its retry policy says. */
    long leastBackoff(int attempts) {
        boolean own = terms.retries().minBackoffMillis() >= 0;
        long least = own ? terms.retries().minBackoffMillis() : TaskQueue.MIN_BACKOFF_MILLIS;
        long most = own ? terms.retries().maxBackoffMillis() : TaskQueue.MAX_BACKOFF_MILLIS;
        long delay = Math.min(most, least << Math.min(30, attempts - 1));
        return delay - delay * TaskQueue.JITTER_PERCENT / 100;
    }

    // ---- whether it is over ----

    /** Whether it may have been over, or dead, at this moment. */
    boolean mayBeOver(Moment at) {
        return endings.stream().anyMatch(span -> span.submittedOrder < at.order())
                || mayBeRedriven(at.order()) || mayHaveExpired(at) || mayHaveDied(at)
                || queue.group.topic.deleteSubmittedOrder < at.order();
    }

    /** Whether an ack may have ended it before this event: one after which it was given to nobody. */
    boolean mayBeAcked(long order) {
        return acks.stream()
                .anyMatch(span -> span.submittedOrder < order
                        && entry().leases.higherKey(span.submittedOrder) == null);
    }

    /** Whether it may have been given up by this moment. */
    boolean mayBeDead(Moment at) {
        return buries.stream().anyMatch(span -> span.submittedOrder < at.order()) || mayHaveDied(at);
    }

    /** Whether somebody may have cancelled or removed it before this event. */
    boolean mayBeCancelled(long order) {
        return cancels.stream().anyMatch(span -> span.submittedOrder < order)
                || removals.stream().anyMatch(span -> span.submittedOrder < order);
    }

    boolean mayHaveExpired(Moment at) {
        long expires = terms.times().expiresMillis();
        return expires > 0 && !message.submitted.isEarly(at, expires);
    }

    /** Whether its attempts may have been used up; those that nobody came to read count. */
    private boolean mayHaveDied(Moment at) {
        Map.Entry<Long, Lease> last = entry().leases.lowerEntry(at.order());
        if (mayHaveBeenUsedUp(last == null ? null : last.getValue(), at)) {
            return true;
        }
        // Redriven since, its attempts have begun anew.
        return entry().mayBeRedriven(0, at.order()) && (mayHaveBeenUsedUp(null, at) || entry().leases
                .headMap(at.order())
                .values()
                .stream()
                .anyMatch(lease -> mayHaveBeenUsedUp(lease, at)));
    }

    /** The same of those from a delivery on, or from the first. */
    private boolean mayHaveBeenUsedUp(@Nullable Lease last, Moment at) {
        Moment since = last == null ? message.submitted : last.delivered;
        int attempts = last == null ? 0 : last.attempts;
        int most = terms.retries().maxAttempts() > 0 ? terms.retries().maxAttempts() : TaskQueue.MAX_ATTEMPTS;
        return attempts + queue.hiddenAttempts(since, at) >= most;
    }

    /** Whether a client has heard before this event that it is over or dead. */
    boolean isOver(long order) {
        return entry().doneOrder < order || entry().deadOrder < order || endedOrder < order;
    }

    /** Whether an answer had said that it is cancelled, now or once its worker gives it back. */
    boolean wasCancelled(long order) {
        return cancels.stream().anyMatch(span -> span.answered && span.endedOrder < order);
    }

    /** At the end of a run: it need not have been done. */
    boolean mayHaveBeenEnded() {
        return !endings.isEmpty() || terms.times().expiresMillis() > 0;
    }

    /** At the end of a run: it came to its end, or need not have. */
    boolean mayBeGone() {
        return entry().isOver() || mayHaveBeenEnded() || !queue.group.deadPurges.isEmpty()
                || !queue.group.topic.isLive();
    }

    /** Whether the shard must have it, waiting or leased. */
    boolean mustBeThere(Moment at) {
        return message.fate == Fate.ACCEPTED && message.answeredOrder < at.order() && !mayBeOver(at);
    }

    @Override
    public String toString() {
        return "task " + message + " " + terms;
    }
}
