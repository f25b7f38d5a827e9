package dev.millrace.api.internal;

import dev.millrace.api.MillraceException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/** Checks of arguments; each message names the argument, its value and what is allowed. */
public final class Checks {
    /** A hundred years: what the engine takes. */
    private static final Duration LONGEST_DELAY = Duration.ofDays(36_525);
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);
    private static final Duration LONGEST_LEASE = Duration.ofDays(1);
    private static final int NAME_LENGTH = 64;
    private static final Pattern NAME = Pattern.compile("[.a-zA-Z0-9_-]+(#ephemeral)?");

    private Checks() {}

    /** Returns the name of a topic or group if it is one that every protocol can spell. */
    public static String name(String kind, String name) {
        if (name.length() > NAME_LENGTH || !NAME.matcher(name).matches()) {
            throw new MillraceException.Invalid(kind + " '" + name + "' is no valid name: 1 to " + NAME_LENGTH
                    + " letters, digits, dots, dashes and underscores, at the end perhaps #ephemeral");
        }
        return name;
    }

    /** 0 to 100 years. */
    public static Duration delay(String what, Duration delay) {
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
            throw new MillraceException.Invalid(what + " is " + delay + "; it must be 0 to 100 years");
        }
        return delay;
    }

    /** An instant within 100 years, or past, as wall time in ms: rounded up, at least 1. */
    public static long wallMillis(Instant instant, Instant now) {
        Duration left = Duration.between(now, instant);
        if (left.isNegative()) {
            return Math.max(1, Math.min(now.toEpochMilli(), saturated(instant)));
        }
        delay("the time until " + instant, left);
        long millis = instant.toEpochMilli();
        return Math.max(1, Instant.ofEpochMilli(millis).isBefore(instant) ? millis + 1 : millis);
    }

    private static long saturated(Instant past) {
        return past.isBefore(Instant.EPOCH) ? 1 : past.toEpochMilli();
    }

    /** 100 ms to 1 day. */
    public static Duration lease(String what, Duration lease) {
        if (lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
            throw new MillraceException.Invalid(what + " is " + lease + "; it must be 100 ms to 1 day");
        }
        return lease;
    }

    /** More than 0, at most 100 years. */
    public static Duration positive(String what, Duration duration) {
        if (duration.isZero()) {
            throw new MillraceException.Invalid(what + " is 0; it must be more");
        }
        return delay(what, duration);
    }

    public static void atLeast(String what, long value, long least) {
        if (value < least) {
            throw new MillraceException.Invalid(what + " is " + value + "; it must be at least " + least);
        }
    }

    public static void between(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new MillraceException.Invalid(what + " is " + value + "; it must be " + least + " to " + most);
        }
    }

    public static void ordered(String lowName, Duration low, String highName, Duration high) {
        if (low.compareTo(high) > 0) {
            throw new MillraceException.Invalid(lowName + " is " + low + " and " + highName + " is " + high
                    + "; the first must not be more than the second");
        }
    }

    /** Whole milliseconds, rounded up, so that nothing is early. */
    public static long millisUp(Duration duration) {
        long millis = duration.toMillis();
        return Duration.ofMillis(millis).compareTo(duration) < 0 ? millis + 1 : millis;
    }

    public static String idempotencyKey(String key) {
        if (key.isEmpty() || key.length() > 128 || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new MillraceException.Invalid(
                    "an idempotency key has 1 to 128 visible ASCII characters, such as a UUID;"
                            + " this one is '" + key + "'");
        }
        return key;
    }
}
