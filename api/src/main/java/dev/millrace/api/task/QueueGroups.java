package dev.millrace.api.task;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/**
 * When the tasks of one group of a queue ({@link Task#group}) are delivered as one.
 *
 * <pre>
 *   m.queue("notices").groups(QueueGroups.DEFAULTS.maxSize(100).maxDelay(Duration.ofMinutes(5)).grace(Duration.ofSeconds(30)));
 * </pre>
 *
 * @param maxSize
 *            as soon as there are so many, 1 to 1,000
 * @param maxDelay
 *            so long after the first has come, whatever else comes; 0: no such limit
 * @param grace
 *            so long after the last has come
 */
public record QueueGroups(int maxSize, Duration maxDelay, Duration grace) {
    /** What holds for a queue that says nothing else: 1,000 tasks, ten minutes after the first, a minute after the last. */
    public static final QueueGroups DEFAULTS = new QueueGroups(1_000, Duration.ofMinutes(10), Duration.ofMinutes(1));

    public QueueGroups {
        Checks.between("maxSize", maxSize, 1, 1_000);
        Checks.delay("maxDelay", maxDelay);
        Checks.delay("grace", grace);
    }

    /** As soon as there are so many. */
    public QueueGroups maxSize(int tasks) {
        return new QueueGroups(tasks, maxDelay, grace);
    }

    /** So long after the first has come. */
    public QueueGroups maxDelay(Duration delay) {
        return new QueueGroups(maxSize, delay, grace);
    }

    /** So long after the last has come. */
    public QueueGroups grace(Duration wait) {
        return new QueueGroups(maxSize, maxDelay, wait);
    }
}
