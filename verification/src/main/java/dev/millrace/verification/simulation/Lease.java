package dev.millrace.verification.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A delivery as its consumer knows it. */
final class Lease {
    /** A later end that the consumer asked for. */
    static final class Extension {
        final Moment submitted;
        final long millis;
        /** When the answer said that it was granted. */
        long grantedOrder = Long.MAX_VALUE;

        Extension(Moment submitted, long millis) {
            this.submitted = submitted;
            this.millis = millis;
        }
    }

    /** Who has it; a session that took it up again after a restart follows the one before. */
    Client client;
    /** When it was handed to the client, which may have read it much later. */
    final Moment delivered;
    /** The shard cannot have given it before this moment. */
    final Moment notGrantedBefore;
    final long millis;
    /** Its place in its delivery. */
    final int index;
    final List<Extension> extensions = new ArrayList<>();
    long token;
    int attempts;
    @Nullable Entry entry;
    /** When the consumer first gave an answer that ends it. */
    long answeredOrder = Long.MAX_VALUE;
    /** An answer that ends it was granted. */
    boolean ended;
    /** An answer was sent that takes its attempt back. */
    boolean maybePutOff;
    /** When it was heard that its message is ready again at once. */
    @Nullable Moment readyAgain;
    /** That answer was granted. */
    boolean isPutOff;

    Lease(Client client, Moment delivered, Moment notGrantedBefore, long millis, int index) {
        this.client = client;
        this.delivered = delivered;
        this.notGrantedBefore = notGrantedBefore;
        this.millis = millis;
        this.index = index;
    }

    Entry entry() {
        if (entry == null) {
            throw new IllegalStateException("not read yet");
        }
        return entry;
    }

    /** The earliest instant at which it may end by time, as of this moment. */
    long earliestEndNanos(long order) {
        long end = notGrantedBefore.nanos() + millis * 1_000_000;
        for (Extension extension : extensions) {
            if (extension.submitted.order() < order) {
                long asked = extension.submitted.nanos() + extension.millis * 1_000_000;
                end = extension.grantedOrder < order ? asked : Math.min(end, asked);
            }
        }
        return end;
    }

    /** Whether somebody else may have the message at this moment. */
    boolean mayBeOver(Moment moment) {
        return answeredOrder < moment.order() || (client.endedOrder() < moment.order() && !client.isLasting())
                || moment.nanos() + jumped(moment) >= earliestEndNanos(moment.order());
    }

    /** By how much more than the true time the shard's may have gone on since, because it was opened anew. */
    private long jumped(Moment moment) {
        return moment.restarts() > delivered.restarts()
                ? (moment.forwardMillis() - delivered.forwardMillis()) * 1_000_000
                : 0;
    }

    /** Whether it was handed out before the other one. */
    boolean isBefore(Lease other) {
        long order = delivered.order();
        long others = other.delivered.order();
        return order < others || (order == others && index < other.index);
    }

    @Override
    public String toString() {
        return "attempt " + attempts + " (token " + Long.toHexString(token) + ") with " + client + " since "
                + delivered;
    }
}
