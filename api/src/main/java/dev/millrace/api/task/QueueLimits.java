package dev.millrace.api.task;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/**
 * How a queue hands out.
 *
 * @param concurrencyPerKey
 *            most tasks of one limit key that run at once; 0: no limit
 * @param ratePerKey
 *            most tasks of one limit key that start in a period, evenly spread once that many have started; 0: no limit
 * @param period
 *            of the rate, at least 1 ms
 * @param ageing
 *            a task that has waited so long counts as one priority higher; 0: strict priority
 */
public record QueueLimits(int concurrencyPerKey, int ratePerKey, Duration period, Duration ageing) {
    /** No limits, strict priority. */
    public static final QueueLimits NONE = new QueueLimits(0, 0, Duration.ofSeconds(1), Duration.ZERO);

    public QueueLimits {
        Checks.atLeast("concurrencyPerKey", concurrencyPerKey, 0);
        Checks.atLeast("ratePerKey", ratePerKey, 0);
        Checks.positive("period", period);
        Checks.delay("ageing", ageing);
    }

    /** So many tasks of one limit key at once. */
    public QueueLimits concurrencyPerKey(int tasks) {
        return new QueueLimits(tasks, ratePerKey, period, ageing);
    }

    /** So many tasks of one limit key in each period. */
    public QueueLimits ratePerKey(int tasks, Duration each) {
        return new QueueLimits(concurrencyPerKey, tasks, each, ageing);
    }

    /** One priority more for so long a wait. */
    public QueueLimits ageing(Duration wait) {
        return new QueueLimits(concurrencyPerKey, ratePerKey, period, wait);
    }
}
