package dev.millrace.node.tasks;

import java.time.Duration;

/**
 * When the tasks of one group key of a queue are delivered together.
 *
 * @param maxSize
 *            as soon as there are so many, 1..1000
 * @param maxDelay
 *            so long after the first has come; zero: no such limit
 * @param grace
 *            so long after the last has come
 */
public record QueueGroups(int maxSize, Duration maxDelay, Duration grace) {}
