package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.Open;
import dev.millrace.grpc.v1.Subscription;
import dev.millrace.grpc.v1.Tokens;
import dev.millrace.node.Broker;
import java.util.ArrayList;
import java.util.List;

/** Checks what a worker asks for when it opens a session, and fills in what it left out. */
final class OpenReader {
    static final int MAX_CREDIT = 10_000;
    static final long MAX_LEASE_MILLIS = 86_400_000;
    private static final int MAX_SUBSCRIPTIONS = 100;
    private static final long DEFAULT_LEASE_MILLIS = 30_000;
    private static final long DEFAULT_TIMEOUT_MILLIS = 8_000;
    private static final long DEFAULT_RESUME_MILLIS = 1_500;
    private static final long MIN_TIMEOUT_MILLIS = 1_000;
    private static final long MAX_TIMEOUT_MILLIS = 60_000;

    private OpenReader() {}

    static long timeoutMillis(Open open) {
        long asked = open.getSessionTimeoutMillis();
        return inRange("session_timeout_millis", asked == 0 ? DEFAULT_TIMEOUT_MILLIS : asked, MIN_TIMEOUT_MILLIS,
                MAX_TIMEOUT_MILLIS);
    }

    /** How long a session waits for its client. */
    static long resumeMillis(Open open) {
        long timeout = timeoutMillis(open);
        long asked = open.getResumeMillis();
        return asked == 0 ? Math.min(DEFAULT_RESUME_MILLIS, timeout) : inRange("resume_millis", asked, 1, timeout);
    }

    static List<Place> places(Open open, Broker broker) {
        int count = open.getSubscriptionsCount();
        if (count < 1 || count > MAX_SUBSCRIPTIONS) {
            throw RefusedException
                    .invalid("subscriptions: a session has 1 to " + MAX_SUBSCRIPTIONS + " of them, not " + count);
        }
        List<Place> places = new ArrayList<>(count);
        for (Subscription wish : open.getSubscriptionsList()) {
            places.add(Place.of(places.size(), wish, broker));
        }
        for (Tokens tokens : open.getResume().getHoldingList()) {
            if (tokens.getTokensCount() > MAX_CREDIT) {
                throw RefusedException.invalid("holding: at most " + MAX_CREDIT + " tokens a subscription");
            }
            place(places, tokens.getSubscription()).holding = tokens.getTokensList();
        }
        return places;
    }

    static long lease(long asked) {
        return inRange("lease_millis", asked == 0 ? DEFAULT_LEASE_MILLIS : asked, 1, MAX_LEASE_MILLIS);
    }

    static Place place(List<Place> places, int number) {
        if (number < 0 || number >= places.size()) {
            throw RefusedException.invalid("subscription " + Integer.toUnsignedString(number)
                    + " is none of the session that is opened, which has " + places.size());
        }
        return places.get(number);
    }

    static int credit(int asked) {
        return (int) inRange("credit", Integer.toUnsignedLong(asked), 0, MAX_CREDIT);
    }

    static long inRange(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw RefusedException.invalid(what + " must be " + least + " to " + most + ", not " + value);
        }
        return value;
    }
}
