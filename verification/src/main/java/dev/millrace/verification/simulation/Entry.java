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
    Moment retrySubmitted = new Moment(0, 0, 0, 0);
    long retryGrantedOrder = Long.MAX_VALUE;

    Entry(GroupBook group, Message message) {
        this.group = group;
        this.message = message;
    }

    /** An answer was taken. */
    void granted(Command.Answer answer, Moment now) {
        Lease lease = answer.lease();
        switch (answer.verdict()) {
            case ACK, FILTER -> {
                doneOrder = now.order();
                lease.ended = true;
            }
            case BURY -> {
                deadOrder = now.order();
                lease.ended = true;
            }
            case RETRY -> {
                lease.ended = true;
                retryDelayMillis = answer.millis();
                retrySubmitted = answer.submitted();
                retryGrantedOrder = now.order();
            }
            case EXTEND -> lease.extensions.stream()
                    .filter(extension -> extension.submitted.order() == answer.submitted().order())
                    .forEach(extension -> extension.grantedOrder = now.order());
        }
    }

    /** Nobody will say whether the answer was taken. */
    void unknown(Command.Answer answer) {
        switch (answer.verdict()) {
            case ACK, FILTER -> maybeDone |= !answer.stale();
            case BURY -> maybeBuried = true;
            case RETRY, EXTEND -> {
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
