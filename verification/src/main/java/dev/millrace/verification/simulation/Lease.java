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

    final Client client;
    /** When it was handed to the client, which may have read it much later. */
    final Moment delivered;
    /** The shard cannot have given it before this instant. */
    final long notGrantedBeforeNanos;
    final long millis;
    final List<Extension> extensions = new ArrayList<>();
    long token;
    int attempts;
    @Nullable Entry entry;
    /** When the consumer first gave an answer that ends it. */
    long answeredOrder = Long.MAX_VALUE;
    /** An answer that ends it was granted. */
    boolean ended;

    Lease(Client client, Moment delivered, long notGrantedBeforeNanos, long millis) {
        this.client = client;
        this.delivered = delivered;
        this.notGrantedBeforeNanos = notGrantedBeforeNanos;
        this.millis = millis;
    }

    Entry entry() {
        if (entry == null) {
            throw new IllegalStateException("not read yet");
        }
        return entry;
    }

    /** The earliest instant at which it may end by time, as of this moment. */
    long earliestEndNanos(long order) {
        long end = notGrantedBeforeNanos + millis * 1_000_000;
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
        return answeredOrder < moment.order() || client.endedOrder() < moment.order()
                || moment.nanos() >= earliestEndNanos(moment.order());
    }

    @Override
    public String toString() {
        return "attempt " + attempts + " (token " + Long.toHexString(token) + ") with " + client + " since "
                + delivered;
    }
}
