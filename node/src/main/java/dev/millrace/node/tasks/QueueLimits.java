package dev.millrace.node.tasks;

import java.time.Duration;

/**
 * How a queue hands out.
 *
 * @param concurrencyPerKey
 *            most tasks of one limit key that run at once; 0: no limit
 * @param ratePerKey
 *            most tasks of one limit key that start in a period, evenly spread once that many have started; 0: no limit
 * @param period
 *            of the rate
 * @param ageing
 *            a task that has waited so long counts as one priority higher; zero: strict priority
 */
public record QueueLimits(int concurrencyPerKey, int ratePerKey, Duration period, Duration ageing) {
    public static final QueueLimits NONE = new QueueLimits(0, 0, Duration.ofSeconds(1), Duration.ZERO);
}
