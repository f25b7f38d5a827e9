package dev.millrace.verification.crash;

import dev.millrace.verification.crash.NsqClient.Delivered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What clients were told, over all processes: which messages were acknowledged, and what was delivered.
 *
 * <p>
 * Thread safety: all methods may be called from any thread.
 */
public final class Journal {
    private static final long LIMIT_NANOS = 60_000_000_000L;

    private final Set<String> sent = new HashSet<>();
    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> seen = new HashSet<>();
    private final Map<String, String> bodyOfId = new HashMap<>();
    private final Map<String, Integer> attempts = new HashMap<>();
    private final List<String> broken = new ArrayList<>();
    private int redelivered;

    /** Before they go out: from now on they may exist. */
    synchronized void sending(List<String> bodies) {
        sent.addAll(bodies);
    }

    synchronized void acknowledged(List<String> bodies) {
        acknowledged.addAll(bodies);
        notifyAll();
    }

    /**
     * Waits until so many messages are acknowledged.
     *
     * @throws IllegalStateException
     *             when that takes longer than a minute
     */
    public synchronized void awaitAcknowledged(int count) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (acknowledged.size() < count) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new IllegalStateException(acknowledged.size() + " of " + count + " messages were acknowledged");
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** A delivery was read. */
    synchronized void delivered(Delivered delivery) {
        if (!sent.contains(delivery.body())) {
            broken.add("a message that nobody published was delivered: " + name(delivery));
        }
        String other = bodyOfId.putIfAbsent(delivery.id(), delivery.body());
        if (other != null && !other.equals(delivery.body())) {
            broken.add("id " + delivery.id() + " stands for two messages");
        }
        Integer before = attempts.put(delivery.id(), delivery.attempts());
        if (before != null) {
            redelivered++;
            if (delivery.attempts() <= before) {
                broken.add("attempts did not count on: " + before + ", then " + name(delivery));
            }
        }
        seen.add(delivery.body());
    }

    private static String name(Delivered delivery) {
        String body = delivery.body();
        return "message " + delivery.id() + " (" + body.substring(0, Math.min(40, body.length())) + ") attempt "
                + delivery.attempts();
    }

    /** What was acknowledged and never delivered. */
    public synchronized List<String> missing() {
        return acknowledged.stream().filter(body -> !seen.contains(body)).sorted().toList();
    }

    /** Other promises that were broken. */
    public synchronized List<String> broken() {
        return List.copyOf(broken);
    }

    /** How many messages were acknowledged. */
    public synchronized int acknowledged() {
        return acknowledged.size();
    }

    @Override
    public synchronized String toString() {
        return acknowledged.size() + " of " + sent.size() + " acknowledged, " + seen.size() + " delivered, "
                + redelivered + " deliveries after the first";
    }
}
