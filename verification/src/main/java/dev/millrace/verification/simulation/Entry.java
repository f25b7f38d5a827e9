package dev.millrace.verification.simulation;

import java.util.TreeMap;

/** A message in a group, as its consumers know it. */
final class Entry {
    final GroupBook group;
    final Message message;
    /** Deliveries that were read, by the order in which they were handed out. */
    final TreeMap<Long, Lease> leases = new TreeMap<>();
    /** When an answer said that it is done. */
    long doneOrder = Long.MAX_VALUE;
    /** An ack was sent and no answer will come; a later delivery shows that it was not taken. */
    boolean maybeDone;
    /** When an answer said that it is dead. */
    long deadOrder = Long.MAX_VALUE;
    boolean maybeBuried;
    /** A delay that was granted for the next delivery. */
    long retryDelayMillis;
    Moment retrySubmitted = Moment.NEVER;
    long retryGrantedOrder = Long.MAX_VALUE;

    Entry(GroupBook group, Message message) {
        this.group = group;
        this.message = message;
    }

    /** An answer was taken. */
    void granted(Command.Answer answer, Moment now) {
        Lease lease = answer.lease();
        if (message.task != null) {
            message.task.granted(answer, now);
        }
        switch (answer.verdict()) {
            case ACK, FILTER -> {
                doneOrder = now.order();
                lease.ended = true;
            }
            case BURY -> {
                deadOrder = now.order();
                lease.ended = true;
            }
            case RETRY, PUT_OFF -> {
                lease.ended = true;
                lease.isPutOff |= answer.verdict() == Command.Verdict.PUT_OFF;
                retryDelayMillis = delayMillis(answer);
                retrySubmitted = answer.submitted();
                retryGrantedOrder = now.order();
            }
            case EXTEND -> lease.extensions.stream()
                    .filter(extension -> extension.submitted.order() == answer.submitted().order())
                    .forEach(extension -> extension.grantedOrder = now.order());
            case PROGRESS, RESULT -> {
                // the lease goes on as it was
            }
        }
    }

    private long delayMillis(Command.Answer answer) {
        Task task = message.task;
        return answer.millis() >= 0 || task == null ? answer.millis() : task.leastBackoff(answer.lease().attempts);
    }

    /** An answer is on its way. */
    void submitted(Command.Answer answer) {
        if (message.task != null && !answer.stale()) {
            message.task.submitted(answer);
        }
    }

    /** An answer was refused: the lease had ended before. */
    void refused(Command.Answer answer) {
        if (message.task != null) {
            message.task.refused(answer);
        }
    }

    /** Whether it may have been dead and offered anew between two events. */
    boolean mayBeRedriven(long afterOrder, long beforeOrder) {
        Task task = message.task;
        return group.redrives.stream().anyMatch(span -> span.mayLieBetween(afterOrder, beforeOrder))
                || (task != null
                        && task.redrives.stream().anyMatch(span -> span.mayLieBetween(afterOrder, beforeOrder)));
    }

    /** Whether somebody may have made it ready, whatever it waits for, between two events. */
    boolean mayBeRunNow(long afterOrder, long beforeOrder) {
        Task task = message.task;
        return task != null && task.runs.stream().anyMatch(span -> span.mayLieBetween(afterOrder, beforeOrder));
    }

    /** Nobody will say whether the answer was taken. */
    void unknown(Command.Answer answer) {
        switch (answer.verdict()) {
            case ACK, FILTER -> maybeDone |= !answer.stale();
            case BURY -> maybeBuried = true;
            case RETRY, EXTEND, PUT_OFF, PROGRESS, RESULT -> {
                // it comes back, now or later
            }
        }
    }

    boolean isOver() {
        return doneOrder != Long.MAX_VALUE || maybeDone;
    }

    @Override
    public String toString() {
        return message + " in " + group;
    }
}
