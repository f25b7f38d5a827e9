package dev.millrace.verification.simulation;

import dev.millrace.core.machine.GroupLimits;
import dev.millrace.core.message.Ids;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What must hold of each delivery of a task, as far as clients can see. */
final class TaskChecks {
    private static final int RATE_LEASES = 200;

    private final TaskQueue queue;

    TaskChecks(TaskQueue queue) {
        this.queue = queue;
    }

    void check(Task task, Lease lease) {
        Map.Entry<Long, Lease> before = task.entry().leases.lowerEntry(lease.delivered.order());
        Lease earlier = before == null ? null : before.getValue();
        attempts(task, earlier, lease);
        notEnded(task, lease);
        alone(task, lease);
        limits(task, lease);
        priority(task, earlier, lease);
    }

    // ---- attempts ----

    /** Each attempt counts once, also those that nobody heard of; one that was put off does not. */
    private void attempts(Task task, @Nullable Lease earlier, Lease lease) {
        int most = task.terms.retries().maxAttempts();
        if (most > 0 && lease.attempts > most) {
            throw new Violation(task + " may have " + most + " attempts: " + lease);
        }
        Moment since = earlier == null ? task.message.submitted : earlier.delivered;
        if (task.entry().mayBeRedriven(since.order(), lease.delivered.order())) {
            return;
        }
        int made = earlier == null ? 0 : earlier.attempts;
        int least = made + 1 - (earlier != null && earlier.maybePutOff ? 1 : 0);
        long hidden = queue.hiddenAttempts(since, lease.delivered);
        long highest = made + 1 - (earlier != null && earlier.isPutOff ? 1 : 0) + hidden;
        if (lease.attempts < least || lease.attempts > highest) {
            throw new Violation("attempts of " + task + " should be " + least + " to " + highest + ": " + lease
                    + " after " + earlier);
        }
    }

    // ---- the end of a task ----

    private static void notEnded(Task task, Lease lease) {
        long order = lease.delivered.order();
        if (task.wasCancelled(order)) {
            throw new Violation(task + " was cancelled, and delivered: " + lease);
        }
        if (task.removals.stream().anyMatch(span -> span.answered && span.endedOrder < order)) {
            throw new Violation(task + " was removed, and delivered: " + lease);
        }
        Moment since = task.knownSince();
        long expires = task.terms.times().expiresMillis();
        if (expires > 0 && since != null && since.isOver(lease.notGrantedBefore, expires)
                && !task.entry().mayBeRedriven(0, order)) {
            throw new Violation(task + " had expired, " + expires + " ms after " + since + ", when the cycle of "
                    + lease.notGrantedBefore + " delivered it: " + lease);
        }
    }

    // ---- ordering keys ----

    /** Nobody else of its ordering key is under way, and nobody waits before it. */
    private void alone(Task task, Lease lease) {
        Moment now = lease.delivered;
        for (Task other : queue.ofKey(task)) {
            if (other == task || !other.isKnown() || other.message.submitted.order() > now.order()) {
                continue;
            }
            boolean there = !other.mayBeOver(now);
            boolean begun = false;
            for (Lease before : other.entry().leases.headMap(now.order(), true).values()) {
                begun |= before.isBefore(lease);
                if (before.isBefore(lease) && !before.mayBeOver(now)) {
                    throw new Violation("two of one ordering key at once: " + task + " as " + lease + ", " + other
                            + " as " + before);
                }
            }
            if (begun && there) {
                throw new Violation(task + " overtakes one of its key that was begun: " + lease + ", " + other);
            }
            if (there && other.isBefore(task) && other.keepsItsPlace(now.order())
                    && task.keepsItsPlace(now.order())) {
                throw new Violation(task + " overtakes one of its key: " + lease + ", " + other);
            }
        }
    }

    // ---- limits ----

    private void limits(Task task, Lease lease) {
        if (task.terms.limitKey().isEmpty()) {
            return;
        }
        List<GroupLimits> possible = queue.limits(lease.notGrantedBefore.order(), lease.delivered.order());
        if (possible.stream().allMatch(limits -> limits.concurrency() > 0)) {
            int most = possible.stream().mapToInt(GroupLimits::concurrency).max().orElse(0);
            List<Lease> live = queue.limited(task)
                    .headSet(lease, true)
                    .stream()
                    .filter(other -> !other.mayBeOver(lease.delivered) || other.equals(lease))
                    .toList();
            if (live.size() > most) {
                throw new Violation(live.size() + " of " + task.terms.limitKey() + " are leased at once, not " + most
                        + ": " + live);
            }
        }
        rate(task, lease);
    }

    /** A bucket of the rate that fills up within a period: no more in any time than it holds and gets. */
    private void rate(Task task, Lease lease) {
        int count = 0;
        for (Lease from : queue.limited(task).headSet(lease, true).descendingSet()) {
            List<GroupLimits> possible = queue.limits(from.notGrantedBefore.order(), lease.delivered.order());
            GroupLimits limits = possible.getFirst();
            if (possible.size() > 1 || limits.rate() == 0 || ++count > RATE_LEASES) {
                return;
            }
            Moment began = from.notGrantedBefore;
            Moment ended = lease.delivered;
            long jumped = ended.restarts() > began.restarts() ? ended.forwardMillis() - began.forwardMillis() : 0;
            long micros = (ended.nanos() - began.nanos()) / 1_000 + (jumped + 1) * 1_000;
            long most = limits.rate() + 1 + micros / Math.max(1, limits.periodMillis() * 1_000 / limits.rate());
            if (count > most) {
                throw new Violation(count + " of " + task.terms.limitKey() + " were leased within " + micros
                        + " us, not " + most + ": " + limits + ", up to " + lease);
            }
        }
    }

    // ---- priority ----

    /** While it was known to be ready, nothing of lower priority was handed out. */
    private void priority(Task task, @Nullable Lease earlier, Lease lease) {
        Moment ready = readySince(task, earlier, lease);
        if (ready == null) {
            return;
        }
        List<Long> ageing = queue.limits(ready.order(), lease.delivered.order())
                .stream()
                .map(GroupLimits::ageingMillis)
                .distinct()
                .toList();
        if (ageing.size() > 1) {
            return;
        }
        for (Lease other : queue.leases.headSet(lease, false).descendingSet()) {
            if (other.delivered.order() < ready.order()) {
                return;
            }
            Task passed = other.entry().message.task;
            if (passed != null && goesBehind(passed, task, ageing.getFirst(), earlier == null)
                    && other.notGrantedBefore.order() > ready.order()) {
                throw new Violation(passed + " was handed out as " + other + " before " + task
                        + ", which was ready since " + ready + " and was handed out as " + lease);
            }
        }
    }

    /**
     * Whether the first of two tasks must not be handed out before the other one, which is ready: it has a lower priority,
     * or with what waiting adds to that, and nothing stands before the other one that had to wait less.
     */
    private static boolean goesBehind(Task first, Task other, long ageingMillis, boolean inItsPlace) {
        int lower = other.terms.priority() - first.terms.priority();
        if (ageingMillis == 0) {
            return lower > 0;
        }
        if (!inItsPlace || lower == 0) {
            return false;
        }
        long younger = Ids.millis(first.message.id) - Ids.millis(other.message.id);
        long behind = lower * ageingMillis + younger;
        return lower > 0 ? behind >= 0 : behind > 0;
    }

    /** Since when clients know that nothing but its turn kept it from this delivery; null if it may have been otherwise. */
    private static @Nullable Moment readySince(Task task, @Nullable Lease earlier, Lease lease) {
        if (!task.terms.limitKey().isEmpty()) {
            return null;
        }
        Moment since = earlier == null ? task.message.submitted : earlier.delivered;
        if (task.entry().mayBeRedriven(since.order(), lease.delivered.order())) {
            return null;
        }
        if (earlier != null) {
            return lease.attempts == earlier.attempts + 1 ? earlier.readyAgain : null;
        }
        boolean atOnce = task.terms.key().isEmpty() && task.terms.times().delayMillis() == 0;
        return atOnce && lease.attempts == 1 ? task.accepted : null;
    }
}
